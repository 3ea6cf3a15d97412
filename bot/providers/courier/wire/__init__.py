"""What Carium writes, turned into ours. Pure."""
