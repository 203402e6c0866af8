"""Pure rules of accounts: passwords, delays, addresses."""
