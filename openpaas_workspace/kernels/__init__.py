"""Kernels: each in a sandbox of its own, as one principal, seen only by those who may."""
