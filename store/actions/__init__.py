"""What may be done in the store: one module for each decision."""
