"""Pure helpers that every floor may use: no I/O."""
