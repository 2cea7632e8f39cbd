"""What graphs mean: rules in plain Python, without a database, a clock or a network.

``graph`` and ``pins`` say what a graph is, ``validation`` what is wrong with one, ``schemas``
what an agent takes and gives; ``readiness`` says when a node can run, ``delivery`` where an
emitted value goes, ``outcome`` how a run ends. ``simulation`` runs a whole graph in memory.
"""
