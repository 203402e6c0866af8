"""Jupyter's contents protocol and raw bytes over HTTP."""
