# made by: edgeunet 0.1.0
# model: model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
# kernels: mve, for Cortex-M55, M85 (Helium)
# command: edgeunet export-c --kernels mve --mode window
# SPDX-License-Identifier: Apache-2.0 OR 0BSD
#
# In your CMakeLists.txt:
#   include(path/to/tiny_mve.cmake)
#   target_link_libraries(firmware PRIVATE tiny_mve)
add_library(tiny_mve STATIC ${CMAKE_CURRENT_LIST_DIR}/tiny_mve.c ${CMAKE_CURRENT_LIST_DIR}/tiny_mve_selftest.c)
target_include_directories(tiny_mve PUBLIC ${CMAKE_CURRENT_LIST_DIR})
set_target_properties(tiny_mve PROPERTIES C_STANDARD 99)
