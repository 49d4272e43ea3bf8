"""Analyse a result that was fetched by code that the model writes, in a jailed process with packages of its own."""
