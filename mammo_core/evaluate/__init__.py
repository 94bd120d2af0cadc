"""Out-of-fold evaluation and what is derived from it."""
