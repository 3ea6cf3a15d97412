"""OAuth of the stand-in: the consent page, codes, tokens that rotate, and what ends an installation."""
