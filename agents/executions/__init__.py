"""Running agents.

``services`` start and stop a run, ``runner`` runs one node, ``journal`` writes down what happened
and who is next, ``dispatch`` rings for a worker, ``recovery`` mends what was lost.
"""
