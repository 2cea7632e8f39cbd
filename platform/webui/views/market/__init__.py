"""Pages of the market: for everybody, signed in or not."""
