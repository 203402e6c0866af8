"""Verbs of Home."""
