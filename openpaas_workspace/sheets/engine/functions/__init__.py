"""Native functions: one file for each family, `registry.py` knows them all."""
