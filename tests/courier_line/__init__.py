"""A line at Carium under the bridge: real database, stand-ins over HTTP, and the callbacks that come in."""
