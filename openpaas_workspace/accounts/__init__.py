"""Who: members, groups, sessions, tokens."""
