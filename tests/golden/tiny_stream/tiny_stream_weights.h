/* Constants of tiny_stream; included by tiny_stream.c alone.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#if TINY_STREAM_DIGEST != 0x0342174CUL
#error "this file and tiny_stream.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_stream_01_weights[9] = { /* 3 x 3 */
    -128, -46, 119, 71, -72, -65, -50, -53, 125,
};

static const int32_t tiny_stream_01_bias[3] = { /* 3 */
    5790, -13529, 10718,
};

static const int32_t tiny_stream_01_multiplier[3] = { /* 3 */
    1929469512, 1141805483, 1404663252,
};

static const int8_t tiny_stream_01_shift[3] = { /* 3 */
    -6, -6, -7,
};

static const int8_t tiny_stream_03_weights[27] = { /* 3 x 9 */
    -128, -84, 50, 65, -49, -109, -116, 44, 37, -71, 40, 1, 56, -48, -92, 126, 91, 125, -50, 88, -117, 87, 32,
    -75, 46, 64, 123,
};

static const int32_t tiny_stream_03_bias[3] = { /* 3 */
    -39324, 37401, 31099,
};

static const int32_t tiny_stream_03_multiplier[3] = { /* 3 */
    1767984640, 1978562560, 1858132608,
};

static const int8_t tiny_stream_03_shift[3] = { /* 3 */
    -7, -8, -8,
};

static const int8_t tiny_stream_04_weights[18] = { /* 6 x 3 */
    -128, 14, 22, 54, -10, 32, 34, 44, 106, 90, 12, 35, 34, -61, 116, -29, 111, 105,
};

static const int32_t tiny_stream_04_bias[6] = { /* 6 */
    -11776, 9728, 23552, 17536, 11392, 23936,
};

static const int32_t tiny_stream_04_multiplier[6] = { /* 6 */
    1650706816, 2079751296, 1648523392, 1650706816, 2079751296, 1648523392,
};

static const int8_t tiny_stream_04_shift[6] = { /* 6 */
    -7, -7, -7, -7, -7, -7,
};

static const int8_t tiny_stream_06_weights[6] = { /* 2 x 3 */
    -128, -118, 70, 76, 101, -20,
};

static const int32_t tiny_stream_06_bias[2] = { /* 2 */
    -1217, 263,
};

static const int32_t tiny_stream_06_multiplier[2] = { /* 2 */
    1619236548, 1400374296,
};

static const int8_t tiny_stream_06_shift[2] = { /* 2 */
    -6, -6,
};
