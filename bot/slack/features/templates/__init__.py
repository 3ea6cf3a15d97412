"""Templates: reply with one, add, change and delete one."""
