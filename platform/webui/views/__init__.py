"""What answers at the pages' addresses: thin, one module for each page."""
