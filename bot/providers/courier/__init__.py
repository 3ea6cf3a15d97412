"""Carium's courier: texts through its API, and answers by a callback address of each text. Experimental."""
