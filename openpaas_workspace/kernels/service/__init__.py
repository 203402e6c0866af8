"""Verbs of kernels."""
