"""What others are told of runs: people by notifications, other programs by webhooks.

Runs say by themselves that they have ended (`executions.announcing`); here it is decided who is told, and
written down in the same transaction. What goes out goes out later, as often as it takes.
"""
