"""How much everybody may use: requests in a time, runs in a day, bytes kept; and locks."""
