"""Names of a sequence: `plate.####.exr` or `plate.%04d.exr`, with `%V` (left) and `%v` (l) for views.

Also `@@@@` and `$F4`, which mean four digits, and `[1001-1010]`, which names its frames as well.
Frame -7 is -0007 for `####`, as Blender writes it, and -007 for `%04d`, as C and Nuke do.
"""

from __future__ import annotations

import re
from pathlib import Path

from .errors import ShotError

_FRAME = re.compile(r"#+|@+|%0?(\d*)d|\$F(\d*)|\[(-?\d+)-(-?\d+)\]")
#: What stands around a token that is meant: `take#2.####.exr` and `50%done.####.exr` have one, not two.
_BORDERS = "._-"


class FramePattern:
    """The name of every frame of a sequence, or of a still.

    Args:
        text: with one token for the frame (`####`, `%04d`), or none for a still. Of several in the file's name the one
            between dots, `_` or `-` counts.
        is_still: whether it is one file's name, whatever it looks like.

    Raises:
        ShotError: the text is empty or has several frame tokens in its file name.
    """

    def __init__(self, text: str, *, is_still: bool = False) -> None:
        if not text.strip():
            raise ShotError("Expected a file name such as plate.####.exr, got nothing; name one.")
        self.text = text
        #: In the file's name only: folders may hold # and %.
        self._folder, self._name = _split(text)
        tokens = [] if is_still else list(_FRAME.finditer(self._name))
        if len(tokens) > 1:
            tokens = [token for token in tokens if _stands_alone(token)] or tokens
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
        if self._token[0][0] in "#@":
            return len(self._token[0])
        return len(self._token[3].lstrip("-")) if self._token[3] else int(self._token[1] or self._token[2] or 1)

    @property
    def named_frames(self) -> tuple[int, int] | None:
        """First and last frame, where the name says them: `[1001-1010]`."""
        return None if self._token is None or not self._token[3] else (int(self._token[3]), int(self._token[4]))

    def path(self, frame: int, view: str = "") -> Path:
        """The file of one frame; a still is the same for all."""
        name = self._name
        if self._token is not None:
            counts_sign = self._token[0][0] == "%"
            digits = str(frame).zfill(self.padding + (not counts_sign and frame < 0))
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
    """The text of one view; without views `%v` is nothing but two letters."""
    return text.replace("%V", view).replace("%v", view[:1]) if view else text


def _stands_alone(token: re.Match[str]) -> bool:
    """Whether a token is set apart from what is around it."""
    before, after = token.string[: token.start()][-1:], token.string[token.end() :][:1]
    return before in _BORDERS and after in _BORDERS
