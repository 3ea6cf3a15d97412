"""Doctor: the checks of an installation, one line each, and the report of them."""
