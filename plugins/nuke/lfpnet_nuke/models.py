"""The folder whose weights every sidecar of this user offers: fine-tuned weights go there and are in the menu at once.

A test holds it against `lfpnet.weights.folder`, which plugins cannot import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def models_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return `LFPNET_MODELS`, else `lfpnet/models` where the system keeps data."""
    environment = os.environ if environment is None else environment
    if environment.get("LFPNET_MODELS"):
        return Path(environment["LFPNET_MODELS"]).expanduser().absolute()
    if sys.platform == "win32":
        kept = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        kept = Path.home() / "Library" / "Application Support"
    else:
        kept = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return kept / "lfpnet" / "models"


def training_sentence(reply: Mapping[str, object]) -> str:
    """Say in one sentence what a `train_reply` tells."""
    progress = reply.get("progress")
    facts = progress if isinstance(progress, dict) else {}
    sentence = f"Training: {reply['state']}"
    if "step" in facts and "steps" in facts:
        sentence += f", step {facts['step']} of {facts['steps']}"
    if facts.get("weights"):
        return f"{sentence}; the new weights are {Path(str(facts['weights'])).stem}, press refresh."
    if "weights" in facts:
        return f"{sentence}; nothing was gained, so no weights were written."
    if reply["state"] == "failed":
        lines = str(reply.get("log", "")).strip().splitlines()
        return f"{sentence}: {lines[-1] if lines else 'its log says nothing'}"
    return f"{sentence}."
