"""Media endpoints: agents' files by signed links, and the initials of customers."""
