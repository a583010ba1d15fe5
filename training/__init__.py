"""Learners' small training runs: tasks, data, the queue and what carries a run."""
