"""What Dagster's steps do; nothing of it is imported before one runs.

Every start of Dagster's webserver, daemon and runs loads the graph. The libraries that only a step
needs would be a sixth of that time.
"""
