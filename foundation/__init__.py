"""The ground every other package stands on: errors, time, files, SQLite and learners."""
