"""Hear Slack and the command line, record what was asked, queue it.

Importing this room loads no model, no index and no torch.
"""
