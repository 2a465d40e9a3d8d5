"""Names of a sequence: `plate.####.exr` or `plate.%04d.exr`, with `%V` (left) and `%v` (l) for views.

Frame -7 is -0007 for `####`, as Blender writes it, and -007 for `%04d`, as C and Nuke do.
"""

from __future__ import annotations

import re
from pathlib import Path

from .errors import ShotError

_FRAME = re.compile(r"#+|%0?(\d*)d")


class FramePattern:
    """The name of every frame of a sequence, or of a still.

    Args:
        text: with one token for the frame (`####`, `%04d`), or none for a still.

    Raises:
        ShotError: the text is empty or has several frame tokens in its file name.
    """

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise ShotError("Expected a file name such as plate.####.exr, got nothing; name one.")
        self.text = text
        #: In the file's name only: folders may hold # and %.
        self._folder, self._name = _split(text)
        tokens = list(_FRAME.finditer(self._name))
        if len(tokens) > 1:
            raise ShotError(f"Expected one frame token such as #### in '{text}', got {len(tokens)}; leave one.")
        self._token = tokens[0] if tokens else None

    @property
    def is_sequence(self) -> bool:
        """Whether the name has a token for the frame."""
        return self._token is not None

    @property
    def padding(self) -> int:
        """Digits that the frame is filled up to."""
        if self._token is None:
            return 0
        return len(self._token[0]) if self._token[0].startswith("#") else int(self._token[1] or 1)

    def path(self, frame: int, view: str = "") -> Path:
        """The file of one frame; a still is the same for all."""
        name = self._name
        if self._token is not None:
            is_hashes = self._token[0].startswith("#")
            digits = str(frame).zfill(self.padding + (is_hashes and frame < 0))
            name = name[: self._token.start()] + digits + name[self._token.end() :]
        return Path(_with_view(self._folder, view) + _with_view(name, view))

    def frames(self, view: str = "") -> list[int]:
        """Frames that are on disk, sorted; none for a still."""
        if self._token is None:
            return []
        wanted = re.compile(self.name_expression(view))
        folder = Path(_with_view(self._folder, view) or ".")
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        found = [int(match[1]) for match in map(wanted.fullmatch, names) if match]
        return sorted({frame for frame in found if self.path(frame, view).name in names})

    def name_expression(self, view: str = "") -> str:
        """A regular expression of the names of all frames, without their folder; its group is the frame's digits."""
        if self._token is None:
            return re.escape(_with_view(self._name, view))
        before = _with_view(self._name[: self._token.start()], view)
        after = _with_view(self._name[self._token.end() :], view)
        return re.escape(before) + r"(-?\d+)" + re.escape(after)


def _split(text: str) -> tuple[str, str]:
    """Folder with its last separator, and name; Windows writes both separators."""
    at = max(text.rfind("/"), text.rfind("\\")) + 1
    return text[:at], text[at:]


def _with_view(text: str, view: str) -> str:
    return text.replace("%V", view).replace("%v", view[:1])
