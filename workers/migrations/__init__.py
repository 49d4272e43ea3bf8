"""Bring Teller's own database up to date, one revision after the other."""
