"""WFDB records: headers, signal files, segments, and what a directory of them holds."""
