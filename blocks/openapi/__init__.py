"""Blocks made of OpenAPI documents: one for each operation of an API that somebody imported.

A graph's node carries its operation along (`agents.graphs.operations`), so a saved version runs the
same for ever: decision 30 says why. `operation` is what is carried, `spec` makes a block of it, and
`document` reads it out of what people import.
"""
