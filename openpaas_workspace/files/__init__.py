"""Spaces, folders, files, and their projection on disk."""
