/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The frame and the loops that the fast depthwise kernels share; their portable twins need nothing of it. */
