"""Workspaces: who has installed us, whom the environment names, and who may do what there."""
