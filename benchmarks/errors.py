"""What makes a benchmark's figures worthless."""


class BenchmarkFailed(Exception):
    """Something did not end, did not end well, or was lost; the sentence says what."""
