"""Parts that several features share; knows no feature."""
