"""Use cases, one flow a file; each reads as its own sequence diagram. Knows ports and domain, and no library."""
