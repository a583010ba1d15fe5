"""Gradus on Discord: values out of interactions and messages, and pages back. It decides nothing itself."""
