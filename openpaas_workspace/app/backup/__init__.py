"""`openpaas backup` and `openpaas restore`: the whole workspace in one file, and back into an empty server."""
