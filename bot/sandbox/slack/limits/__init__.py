"""What Slack would refuse: lengths, counts and shapes of blocks and views. Pure."""
