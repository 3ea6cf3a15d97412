"""Kit of the features: parts that several of them share; imports no feature."""
