"""What the bot is about, without the world: no await, no clock, no randomness, standard library only."""
