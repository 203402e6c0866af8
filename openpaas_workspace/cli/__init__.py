"""The `openpaas` command."""
