"""The sentence's room: memory, engine, second look and glossary, wired once.

Enters: a `Segment` (or plain text). Leaves: a `Translation`. Batch, standard input, archives,
cluster and Python callers all come through here; no other room sees an engine, the memory and
the glossary at the same time.
"""
