"""Ports: the protocols that the bridge needs of its surroundings. Implemented in slack, providers and store.

Each method says whether it may be repeated safely and which errors it raises; anything else that escapes an adapter
is a bug there. Tests replace adapters only at the network, by bot/sandbox.
"""
