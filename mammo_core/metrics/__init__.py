"""Numbers: what a statistician would sign. NumPy only."""
