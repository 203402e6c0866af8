"""Pure computing: paths, formats, what changed on disk."""
