"""What operators see: health, and which request or task each line of the log belongs to."""
