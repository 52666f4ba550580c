/* Constants of tiny_window; included by tiny_window.c alone.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#if TINY_WINDOW_DIGEST != 0x80D1F4F7UL
#error "this file and tiny_window.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_window_01_weights[21] = { /* 21 */
    -128, -114, 51, -57, -3, 0, 6, 87, -67, 70, -62, 63, -24, 4, -93, -125, -93, -40, -88, 120, 4,
};

static const int32_t tiny_window_01_scaling[6] = { /* 6 */
    34785, 1932790952, 4540, 1369814291, 34452, 1077826040,
};

static const int8_t tiny_window_02_weights[9] = { /* 3 x 3 */
    -128, 51, -57, -83, 63, -51, 9, 28, 44,
};

static const int32_t tiny_window_02_bias[3] = { /* 3 */
    -11866, -9408, 11097,
};

static const int32_t tiny_window_02_multiplier[3] = { /* 3 */
    1235608320, 1684530816, 1692769408,
};

static const int8_t tiny_window_02_shift[3] = { /* 3 */
    7, 6, 6,
};

static const int8_t tiny_window_05_weights[18] = { /* 18 */
    -128, 11, 70, -110, 52, 5, -85, -47, -72, -39, -34, 5, 75, -9, -34, 40, 74, 4,
};

static const int32_t tiny_window_05_scaling[6] = { /* 6 */
    -600, 2048306853, -5294, 1135461858, -735, 1189866204,
};

static const int8_t tiny_window_06_weights[8] = { /* 8 */
    -128, 101, -96, 4, 30, 52, -5, 5,
};

static const int32_t tiny_window_06_scaling[4] = { /* 4 */
    -30259, 1841268864, 1851, 1322807552,
};
