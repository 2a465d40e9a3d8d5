"""Weights files that say whose they are and hold next to nothing."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save


def small_weights(name: str = "sh010", licence: str = "CC-BY-4.0", value: float = 0.0) -> bytes:
    """The bytes of a whole file whose header is ours."""
    provenance = {"name": name, "licence": licence, "made_by": "pytest", "facts": {}}
    metadata = {"format": "lfpnet-1", "provenance": json.dumps(provenance)}
    return save({"weight": np.full((4, 4), value, np.float32)}, metadata)


def write_small_weights(path: Path, **about: object) -> Path:
    """Write such a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small_weights(**about))  # type: ignore[arg-type]
    return path
