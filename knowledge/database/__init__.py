"""Answer from the bank's data: what may be asked of it, by whom, and how it is run."""
