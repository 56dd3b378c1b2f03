"""Models: find, install, verify and remove them, and get one ready for its engine."""

from pipeline.models.bundled import TERMS_NOTICE
from pipeline.models.install import install_model, ready_model
from pipeline.models.record import ModelFile, ModelRecord, VerifyReport
from pipeline.models.store import Store, default_root

__all__ = [
    "TERMS_NOTICE",
    "ModelFile",
    "ModelRecord",
    "Store",
    "VerifyReport",
    "default_root",
    "install_model",
    "ready_model",
]
