"""What Slack sends, as values: message events and interactions. Pure; never raises."""
