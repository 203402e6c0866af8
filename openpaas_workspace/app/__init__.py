"""The extension and its wiring: the only part that knows every domain."""
