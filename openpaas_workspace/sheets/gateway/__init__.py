"""Sockets and tables of sheets over HTTP."""
