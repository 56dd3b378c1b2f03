"""Models: find, install, verify and remove them, and get one ready for its engine."""

from pipeline.models.bundled import TERMS_NOTICE
from pipeline.models.figures import (
    MeasuredScore,
    Measurement,
    Measurements,
    Published,
    elsewhere,
    forget_measured,
    keep_measurement,
    licence_of,
    measured_name,
    measured_path,
    published_for,
    read_measured,
    stamp_of,
)
from pipeline.models.install import install_model, ready_model
from pipeline.models.record import ModelFile, ModelRecord, VerifyReport, folder_bytes
from pipeline.models.shelf import Stray, strays
from pipeline.models.store import Store, default_root
from pipeline.models.using import hold

__all__ = [
    "TERMS_NOTICE",
    "MeasuredScore",
    "Measurement",
    "Measurements",
    "ModelFile",
    "ModelRecord",
    "Published",
    "Store",
    "Stray",
    "VerifyReport",
    "default_root",
    "elsewhere",
    "folder_bytes",
    "forget_measured",
    "hold",
    "install_model",
    "keep_measurement",
    "licence_of",
    "measured_name",
    "measured_path",
    "published_for",
    "read_measured",
    "ready_model",
    "stamp_of",
    "strays",
]
