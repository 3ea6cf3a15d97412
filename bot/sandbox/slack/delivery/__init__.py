"""How events reach an app: signed HTTP, or Socket Mode."""
