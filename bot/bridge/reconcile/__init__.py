"""Reconcile: finds out what became of calls of unknown outcome. Looks before it repeats; never guesses."""
