"""Live objects: logs, rooms, presence, push."""
