# made by: edgeunet 0.1.0
# model: model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
# kernels: portable, for any C99 compiler
# command: edgeunet export-c --kernels portable --mode window
# SPDX-License-Identifier: Apache-2.0 OR 0BSD
#
# In your CMakeLists.txt:
#   include(path/to/tiny_window.cmake)
#   target_link_libraries(firmware PRIVATE tiny_window)
add_library(tiny_window STATIC ${CMAKE_CURRENT_LIST_DIR}/tiny_window.c ${CMAKE_CURRENT_LIST_DIR}/tiny_window_selftest.c)
target_include_directories(tiny_window PUBLIC ${CMAKE_CURRENT_LIST_DIR})
set_target_properties(tiny_window PROPERTIES C_STANDARD 99)
