"""Files of many articles (JSONL, Parquet): their rows are a run's documents.

Enters: paths of archives. Leaves: documents, and an archive of translations.
"""

from __future__ import annotations

from pipeline.run.archives.archive import Archives, archives_of
from pipeline.run.archives.rows import is_archive

__all__ = ["Archives", "archives_of", "is_archive"]
