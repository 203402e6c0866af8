"""Verbs on spaces, folders and files."""
