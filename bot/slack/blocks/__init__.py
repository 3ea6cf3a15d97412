"""Block Kit builders: the shapes that everything we show in Slack is made of. Pure."""
