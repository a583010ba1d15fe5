"""A learner's own road: what they set out for, and from where."""
