"""Unit of work, web routes, event stream, jobs, settings."""
