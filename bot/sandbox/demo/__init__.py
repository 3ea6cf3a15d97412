"""Demo: the real bot between the stand-ins, and a page that shows all three."""
