"""A set of foregrounds as files: `000000-kind.png` beside a JSON of its provenance, and `set.json` for what made it.

The JSON is written last: a foreground without one is made again. A seed that shows nothing has a JSON and no picture.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt16

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, OutputError

_FORMAT = 1
_EMPTY_BELOW = 0.01
_LEVELS = 65535


@dataclass(frozen=True)
class ForegroundSet:
    """A folder of foregrounds that one command makes.

    Attributes:
        folder: where they lie.
        made_by: the command, for the provenance.
    """

    folder: Path
    made_by: str

    def claim(self, settings: dict[str, object]) -> None:
        """Make the folder, or see that it holds the set of these very settings.

        Raises:
            ConfigurationError: the folder holds another set.
            OutputError: the folder cannot be written.
        """
        about = self.folder / "set.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if about.is_file() and json.loads(about.read_text()) != settings:
                raise ConfigurationError(
                    f"{self.folder} holds a set made with other settings ({about.name} names them); choose another "
                    "folder."
                )
            about.write_text(json.dumps(settings, indent=1) + "\n")
        except (OSError, ValueError) as problem:
            raise OutputError(
                f"{self.folder} should take foregrounds but cannot ({problem}); choose another."
            ) from problem

    def is_made(self, index: int, kind: str) -> bool:
        """Whether a foreground needs no more work, be it that nothing is to be seen."""
        return self._path(index, kind, "json").is_file()

    def has_picture(self, index: int, kind: str) -> bool:
        """Whether a finished foreground shows something."""
        return self.is_made(index, kind) and self._path(index, kind, "png").is_file()

    def keep(self, index: int, kind: str, pixels: UInt16[np.ndarray, "h w 4"], facts: dict[str, object]) -> None:
        """Store one foreground and then its provenance.

        Args:
            index: number in the set.
            kind: what it shows.
            pixels: straight display-encoded RGBA, 0 to 65535.
            facts: what the provenance says besides.

        Raises:
            OutputError: a file cannot be written.
        """
        alpha = pixels[..., 3]
        is_empty = bool(alpha.mean() < _EMPTY_BELOW * _LEVELS)
        if not is_empty:
            write_foreground(self._path(index, kind, "png"), pixels)
        record = {
            "format": _FORMAT,
            "index": index,
            "kind": kind,
            **facts,
            "is_empty": is_empty,
            "unknown_share": round(float(((alpha > 0) & (alpha < _LEVELS)).mean()), 4),
            "solid_share": round(float((alpha == _LEVELS).mean()), 4),
            "licence": "CC0-1.0",
            "made_by": self.made_by,
        }
        with atomic_file(self._path(index, kind, "json")) as stream:
            stream.write((json.dumps(record, indent=1) + "\n").encode())

    def _path(self, index: int, kind: str, ending: str) -> Path:
        return self.folder / f"{index:06d}-{kind}.{ending}"


def write_foreground(path: Path, pixels: UInt16[np.ndarray, "h w 4"]) -> None:
    """Write a 16-bit PNG with straight alpha, atomically.

    Raises:
        OutputError: the file cannot be written.
    """
    encoded = cv2.imencode(".png", pixels[..., [2, 1, 0, 3]], [cv2.IMWRITE_PNG_COMPRESSION, 5])[1]
    with atomic_file(path) as stream:
        stream.write(encoded.tobytes())
