"""Features: a module or package for each thing that people can do; ingress/registry.py lists them."""
