"""What each Discord server's moderators set, and who may ask how often."""
