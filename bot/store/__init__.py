"""Storage: the implementations of bot.ports.storage, one package for each kind of database; storage.py chooses."""
