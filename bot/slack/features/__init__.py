"""Features: what people can ask for, a module or package each; registry.py lists them."""
