/* Constants of tiny_window; included by tiny_window.c alone.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#if TINY_WINDOW_DIGEST != 0x601EB805UL
#error "this file and tiny_window.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_window_01_weights[18] = { /* 3 x 6 */
    -128, -114, 51, -57, -3, 0, 87, -67, 70, -62, 63, -24, -93, -125, -93, -40, -88, 120,
};

static const int32_t tiny_window_01_bias[3] = { /* 3 */
    34785, 4540, 34452,
};

static const int32_t tiny_window_01_multiplier[3] = { /* 3 */
    1932790952, 1369814291, 1077826040,
};

static const int8_t tiny_window_01_shift[3] = { /* 3 */
    -8, -6, -6,
};

static const int8_t tiny_window_02_weights[9] = { /* 3 x 3 */
    -128, -83, 9, 51, 63, 28, -57, -51, 44,
};

static const int32_t tiny_window_02_bias[3] = { /* 3 */
    -11866, -9408, 11097,
};

static const int32_t tiny_window_02_multiplier[3] = { /* 3 */
    1235608320, 1684530816, 1692769408,
};

static const int8_t tiny_window_02_shift[3] = { /* 3 */
    -7, -6, -6,
};

static const int8_t tiny_window_05_a_weights[9] = { /* 3 x 1 x 3 */
    -128, 11, 70, -85, -47, -72, 75, -9, -34,
};

static const int8_t tiny_window_05_b_weights[6] = { /* 3 x 1 x 2 */
    -110, 52, -39, -34, 40, 74,
};

static const int32_t tiny_window_05_bias[3] = { /* 3 */
    -600, -5294, -735,
};

static const int32_t tiny_window_05_multiplier[3] = { /* 3 */
    2048306853, 1135461858, 1189866204,
};

static const int8_t tiny_window_05_shift[3] = { /* 3 */
    -7, -7, -6,
};

static const int8_t tiny_window_06_weights[6] = { /* 2 x 3 */
    -128, 101, -96, 30, 52, -5,
};

static const int32_t tiny_window_06_bias[2] = { /* 2 */
    -30259, 1851,
};

static const int32_t tiny_window_06_multiplier[2] = { /* 2 */
    1841268864, 1322807552,
};

static const int8_t tiny_window_06_shift[2] = { /* 2 */
    -6, -7,
};
