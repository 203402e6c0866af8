"""What live objects do: the log, leases, objects in memory, verbs on their history."""
