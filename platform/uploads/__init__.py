"""Files that people send in, for the runs of their agents to read."""
