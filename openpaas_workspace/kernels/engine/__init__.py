"""What a sandbox is made of: pure computing, no I/O."""
