"""What is larger than the rules allow, with its size today. This list only shrinks.

A test fails when an entry grows, and when one is not needed any more.
"""

FILES: dict[str, int] = {}
"""Path: lines."""

FUNCTIONS: dict[str, int] = {}
"""Path:name: lines."""
