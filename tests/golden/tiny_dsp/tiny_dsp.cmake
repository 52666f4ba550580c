# made by: edgeunet 0.1.0
# model: model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
# kernels: dsp, for Cortex-M4, M7, M33 (DSP extension)
# command: edgeunet export-c --kernels dsp --mode window
# SPDX-License-Identifier: Apache-2.0 OR 0BSD
#
# In your CMakeLists.txt:
#   include(path/to/tiny_dsp.cmake)
#   target_link_libraries(firmware PRIVATE tiny_dsp)
add_library(tiny_dsp STATIC ${CMAKE_CURRENT_LIST_DIR}/tiny_dsp.c ${CMAKE_CURRENT_LIST_DIR}/tiny_dsp_selftest.c)
target_include_directories(tiny_dsp PUBLIC ${CMAKE_CURRENT_LIST_DIR})
set_target_properties(tiny_dsp PROPERTIES C_STANDARD 99)
