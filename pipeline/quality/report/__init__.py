"""The quality report: computed once from the segment table, rendered as HTML, JSON, CSV, text.

Enters: a run's output folder. Leaves: one `QualityReport`, and the files that show it.
"""
