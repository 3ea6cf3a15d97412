"""Web API of the stand-in, by method."""
