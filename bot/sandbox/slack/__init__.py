"""Stand-in for Slack: a workspace on a loopback port, and the people in it."""
