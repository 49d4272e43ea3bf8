"""Shut a process in. Needs the standard library alone, so that another interpreter than ours can be shut in as well."""
