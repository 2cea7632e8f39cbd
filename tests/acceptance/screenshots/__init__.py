"""Pictures of every page, for people who look whether it is still beautiful."""
