"""The user's own folder of weights: where `lfpnet finetune` puts new ones and where every sidecar looks for them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def user_models_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder, which need not exist: `LFPNET_MODELS`, else `lfpnet/models` where the system keeps data.

    Args:
        environment: variables; None takes those of this process.
    """
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
