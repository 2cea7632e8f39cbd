"""Random input, for hours if need be, against what strangers' texts meet first.

    python -m tests.fuzz --seconds 600
    python -m tests.fuzz --seconds 60 --seed 7 --only code

Each target is a property that holds for every input; a counter-example is shrunk and printed with
the seed that found it. The suite runs a few seconds of the same (tests/security/test_fuzz.py).
"""
