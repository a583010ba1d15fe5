"""The data that tasks learn from."""
