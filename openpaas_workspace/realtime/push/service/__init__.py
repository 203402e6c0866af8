"""The hub of a process: who is connected, what each may see, and the sending of it."""
