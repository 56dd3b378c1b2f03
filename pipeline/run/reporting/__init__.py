"""What a run says: progress while it runs, its report and manifest when it is done.

Enters: rows of the segment table, events. Leaves: a `RunReport`, rendered for people or JSON.
"""
