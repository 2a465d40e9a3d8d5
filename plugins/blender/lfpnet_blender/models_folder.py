# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder where every sidecar of this user looks for weights, so that new ones appear in the menu.

The rule is that of lfpnet.weights.user_models_folder, written again because a host loads nothing of lfpnet; a test
compares the two.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def models_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder, which need not exist.

    Args:
        environment: of this process; `LFPNET_MODELS` names another folder.
    """
    if environment.get("LFPNET_MODELS"):
        return Path(environment["LFPNET_MODELS"]).expanduser().absolute()
    if sys.platform == "win32":
        data = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "lfpnet" / "models"
