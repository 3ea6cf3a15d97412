"""On duty: who is there, who is away, and who gets the conversations that nobody has."""
