"""What runs in the jail, on its own packages: PandasAI and what it needs.

It imports nothing else of the project but the walls, and the parent trusts nothing that it says.
"""
