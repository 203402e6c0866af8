"""Verbs of sheets, and the processes that hold them."""
