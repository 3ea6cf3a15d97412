"""Test harnesses: the bot in this process, as a process of its own, on a clock of its own, and its handlers alone."""
