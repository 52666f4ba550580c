"""Pictures of one measurement: its memory over its layers."""
