"""Ports: what the bridge asks of the world, one protocol a file. Implemented in slack, providers and store."""
