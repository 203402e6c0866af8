"""Finds things by name: files, folders, spaces, people; later what is in them."""
