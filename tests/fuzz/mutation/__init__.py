"""Mutators that know a format: what they make is damaged in one place and sound in the others."""
