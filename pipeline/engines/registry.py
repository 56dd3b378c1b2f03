"""The engines by name, one line each. Installed distributions may add others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.plugins import Registry

if TYPE_CHECKING:
    from pipeline.engines.base import ModelEngine

# Of these, in this order, the first that accepts a --model has it.
ENGINES: Registry[ModelEngine] = Registry(
    kind="engine",
    group="passerelle.engines",
    base="pipeline.engines:ModelEngine",
    built_in={
        "argos": "pipeline.engines.argos:ArgosEngine",
        "bundled": "pipeline.engines.bundled:BundledEngine",
        "firefox": "pipeline.engines.firefox:FirefoxEngine",
        "ct2": "pipeline.engines.ct2.engine:Ct2Engine",
        "llama": "pipeline.engines.llama:LlamaEngine",
        "server": "pipeline.engines.chat.engine:ServerEngine",
    },
)
