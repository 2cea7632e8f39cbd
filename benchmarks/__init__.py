"""How fast Trellis is, as ratios to something else in the same run."""
