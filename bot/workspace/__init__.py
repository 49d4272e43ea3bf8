"""A small Slack on this computer: the Web API, events, files and one page, for newcomers and tests.

It imports nothing of the rest of the program, so the bot meets it only as it would meet Slack.
"""
