"""The tasks: each a file to be read from top to bottom, imported only in the process of a run."""
