"""Fetch weights and run language and embedding models on this machine."""
