"""Who did what: the event log as a table for administrators."""
