"""What administrators look after: members, spaces, sessions, storage, health; and what each member may take along."""
