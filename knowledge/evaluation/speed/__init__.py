"""Compare our speed with that of named peers, on the same data, side by side in one run."""
