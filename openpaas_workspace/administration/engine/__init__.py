"""Pure parts of the administration."""
