"""May they: the one permission core."""
