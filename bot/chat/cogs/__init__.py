"""What learners can do in Discord, one cog a feature."""
