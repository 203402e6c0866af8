"""How people and programs prove who they are: cookies, tokens, pages."""
