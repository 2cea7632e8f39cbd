"""Many runs while everything is killed at random, and the proof that nothing was lost or done twice.

`python -m tests.chaos` runs it by itself (`make chaos`); `test_chaos.py` a short one.
"""
