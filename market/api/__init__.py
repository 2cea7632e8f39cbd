"""REST for everybody: no sign-in, nothing but what is public."""
