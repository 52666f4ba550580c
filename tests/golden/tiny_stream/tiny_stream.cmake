# made by: edgeunet 0.1.0
# model: model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
# kernels: portable, for any C99 compiler
# command: edgeunet export-c --kernels portable --mode stream
# SPDX-License-Identifier: Apache-2.0 OR 0BSD
#
# In your CMakeLists.txt:
#   include(path/to/tiny_stream.cmake)
#   target_link_libraries(firmware PRIVATE tiny_stream)
add_library(tiny_stream STATIC ${CMAKE_CURRENT_LIST_DIR}/tiny_stream.c ${CMAKE_CURRENT_LIST_DIR}/tiny_stream_selftest.c)
target_include_directories(tiny_stream PUBLIC ${CMAKE_CURRENT_LIST_DIR})
set_target_properties(tiny_stream PROPERTIES C_STANDARD 99)
