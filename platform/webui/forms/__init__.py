"""Forms: the inputs of an agent, and the file of one to import."""
