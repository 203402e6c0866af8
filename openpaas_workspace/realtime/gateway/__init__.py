"""Sockets of rooms, in the words of jupyter-collaboration."""
