"""Turn documents into an index and questions into proven answers.

This room knows nothing of Slack, Celery or environment variables.
"""
