"""Files of other programs as sheets and back: bytes in, bytes out. `formats.py` is the table of what there is."""
