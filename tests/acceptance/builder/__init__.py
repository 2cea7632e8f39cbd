"""The builder in a real browser, in front of a whole instance."""
