"""The glossary file as people edit it: every byte kept but in the row that changes.

Enters: a CSV's bytes. Leaves: `Term` records, or problems with row and column.
"""
