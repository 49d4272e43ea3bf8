"""Score Teller on sets of cases, one scorer a set."""
