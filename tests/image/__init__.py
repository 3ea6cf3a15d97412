"""The image without a container engine: what the Dockerfile says is read, and carried out in a root folder."""
