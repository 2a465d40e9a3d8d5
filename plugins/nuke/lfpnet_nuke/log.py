"""The plugin's log: a file in the user's lfpnet folder, because Nuke replaces sys.stdout and threads must not print."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

logger = logging.getLogger("lfpnet_nuke")
logger.propagate = False
LOG_BYTES = 1 << 20


def open_log() -> Path | None:
    """Start the log once and return its file; None where the folder cannot be used, and then nothing is kept."""
    from .sidecar.runtime.endpoint import runtime_directory
    from .sidecar.wire.errors import SidecarError

    for handler in logger.handlers:
        if isinstance(handler, RotatingFileHandler):
            return Path(handler.baseFilename)
    try:
        path = runtime_directory() / "nuke.log"
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
    except (OSError, SidecarError):
        logger.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return path
