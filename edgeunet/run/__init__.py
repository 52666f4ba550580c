"""Build generated C into firmware, run it on the host, an emulated core or a board, and measure what it costs."""
