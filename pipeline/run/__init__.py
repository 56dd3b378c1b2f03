"""The batch run: stages in order, memory, resume, progress, manifest."""

from __future__ import annotations

from pipeline.run.batch import Job, run
from pipeline.run.reporting.report import RunReport
from pipeline.translate.engine_choice import ChosenEngine, open_engine
from pipeline.translate.stopping import Interrupted

__all__ = ["ChosenEngine", "Interrupted", "Job", "RunReport", "open_engine", "run"]
