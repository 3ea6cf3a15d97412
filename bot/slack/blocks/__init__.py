"""Block Kit builders: blocks, cards and modals that all our messages and views consist of. Pure."""
