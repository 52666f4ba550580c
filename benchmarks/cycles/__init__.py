"""What the parts of each kernel take on each core, measured with the model of time and fitted: ``make cycles``."""
