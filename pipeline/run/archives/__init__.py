"""Files of many articles (JSONL, Parquet): their rows are a run's documents.

Enters: paths of archives. Leaves: documents, and an archive of translations.
"""
