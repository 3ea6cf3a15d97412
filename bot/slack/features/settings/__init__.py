"""Settings: routes, modes and the signature, by command and by form."""
