"""One module per ecosystem: the files that it expects around the C."""
