"""The calculating part of sheets: pure, no I/O."""
