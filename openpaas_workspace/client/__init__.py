"""The Python client; needs nothing of the server."""
