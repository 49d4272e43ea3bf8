"""Parse strangers' files: what runs in a child process that has given up all that parsing does not need.

Started as `python -I -m knowledge.documents.jail`. It imports nothing else of the project, and the parent trusts
nothing that it prints.
"""
