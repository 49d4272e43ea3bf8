"""Why a number of a result is high or low: where the difference lies."""
