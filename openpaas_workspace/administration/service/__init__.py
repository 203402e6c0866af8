"""Verbs of the administration, and of the member who takes the own data along or is erased."""
