"""Installing into workspaces: the pages, the grants, their renewal and their end."""
