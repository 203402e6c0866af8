"""The pure computing of the rooms: no I/O, no clock, no event loop."""
