"""What creators and moderators do about listings, one decision in each module.

All of them hold the lock of the listing's row first, so of two that decide at once the second sees what
the first did. Each may be asked for twice: what is so already stays so, and is not written down again.
"""
