"""What a member sees first: recent and pinned files, spaces, what changed, what waits."""
