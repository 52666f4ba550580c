/* Constants of tiny_stream; included by tiny_stream.c alone.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#if TINY_STREAM_DIGEST != 0xCAD01EBAUL
#error "this file and tiny_stream.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_stream_01_weights[12] = { /* 12 */
    -128, -46, 119, 4, 71, -72, -65, 4, -50, -53, 125, 5,
};

static const int32_t tiny_stream_01_scaling[6] = { /* 6 */
    5790, 1929469512, -13529, 1141805483, 10718, 1404663252,
};

static const int8_t tiny_stream_03_weights[30] = { /* 30 */
    -128, -84, 50, 65, -49, -109, -116, 44, 37, 5, -71, 40, 1, 56, -48, -92, 126, 91, 125, 6, -50, 88, -117,
    87, 32, -75, 46, 64, 123, 6,
};

static const int32_t tiny_stream_03_scaling[6] = { /* 6 */
    -39324, 1767984640, 37401, 1978562560, 31099, 1858132608,
};

static const int8_t tiny_stream_04_weights[24] = { /* 24 */
    -128, 54, 34, 90, 14, -10, 44, 12, 22, 32, 106, 35, 5, 5, 5, 5, 34, -61, 116, 5, -29, 111, 105, 5,
};

static const int32_t tiny_stream_04_scaling[12] = { /* 12 */
    -11776, 9728, 23552, 17536, 1650706816, 2079751296, 1648523392, 1650706816, 11392, 2079751296, 23936,
    1648523392,
};

static const int8_t tiny_stream_06_weights[8] = { /* 8 */
    -128, -118, 70, 4, 76, 101, -20, 4,
};

static const int32_t tiny_stream_06_scaling[4] = { /* 4 */
    -1217, 1619236548, 263, 1400374296,
};
