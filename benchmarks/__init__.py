"""Fixed workloads, our figures on them, and the figures of TFLM + CMSIS-NN beside them."""
