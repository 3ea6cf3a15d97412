"""Recovery after a backup was put back: compares the database with Slack and the provider before anything leaves."""
