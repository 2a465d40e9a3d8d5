"""Who owns a result: one shot node of one host file, or one output pattern of the command line.

The id is made once, when the shot node is made, and kept in the node. A host makes another one for a node that was
pasted, duplicated or appended, or whose file was saved under another name, unless the artist says that the copy goes on
with the results of the first. File and node are only for sentences: renaming either changes no ownership.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from .errors import ShotError

COMMAND_LINE = "command line"
#: Letters that folders may have on every system; others become `_`.
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*%#]+')


@dataclass(frozen=True)
class Owner:
    """A shot that results belong to.

    Attributes:
        id: unique, 32 hexadecimal digits; nothing else decides who owns what.
        host: `Nuke`, `Blender` or `command line`.
        file: script or .blend as a full name, nothing while it is not saved; the output pattern of the command line.
        node: name of the shot node; nothing on the command line.
    """

    id: str
    host: str
    file: str = ""
    node: str = ""

    @property
    def name(self) -> str:
        """How sentences call the owner, such as `LFPNet1 in /shots/a.nk (Nuke)`."""
        if self.host == COMMAND_LINE:
            return f"`lfpnet matte -o {self.file}`"
        return f"{self.node or 'a node'} in {self.file or 'a file that was not saved'} ({self.host})"

    def fields(self) -> dict[str, str]:
        """Give what a record holds."""
        return asdict(self)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any] | None) -> Owner | None:
        """Read what a record holds; None where it names nobody."""
        if not isinstance(fields, Mapping) or not fields.get("id"):
            return None
        return cls(**{name: str(fields.get(name, "")) for name in ("id", "host", "file", "node")})

    def text(self) -> str:
        """Give one word for a command line: `lfpnet matte --owner`, by which a farm works for a node."""
        return ":".join([self.id, *(quote(part, safe=" /\\") for part in (self.host, self.node, self.file))])

    @classmethod
    def from_text(cls, text: str) -> Owner:
        """Read what `text` gave.

        Raises:
            ShotError: it is something else.
        """
        parts = text.split(":")
        if len(parts) != 4 or not re.fullmatch(r"[0-9a-f]{32}", parts[0]):
            raise ShotError(f"Expected an owner as a shot node gives it, got '{text}'; copy the node's command anew.")
        identity, host, node, file = parts[0], *map(unquote, parts[1:])
        return cls(identity, host, file, node)


def new_owner(host: str, file: str, node: str) -> Owner:
    """Make an owner that never was before, for a shot node that was just made, pasted or duplicated.

    Args:
        host: `Nuke` or `Blender`.
        file: script or .blend; nothing while it is not saved.
        node: name of the node.
    """
    return Owner(uuid.uuid4().hex, host, file, node)


def command_line_owner(output: str | Path) -> Owner:
    """The owner of a range on the command line: whoever writes the same files is the same owner, in any shell.

    Args:
        output: the name or pattern after `-o`; links and relative parts of its folder are resolved.
    """
    path = Path(output)
    pattern = Path(os.path.realpath(path.parent)) / re.sub(r"#+|%0?\d*d|@+|\$F\d*", "#", path.name)
    digest = hashlib.blake2b(os.fsencode(pattern), digest_size=16).hexdigest()
    return Owner(digest, COMMAND_LINE, os.fspath(output))


def default_result_folder(file: str, node: str, owner: Owner, *, unsaved: Path) -> Path:
    """Where a new shot node keeps its results: beside its file, in folders named after file, version and node.

    Args:
        file: script or .blend; nothing while it is not saved.
        node: name of the shot node.
        owner: the id keeps unsaved files apart, which all have the same name.
        unsaved: folder for files that were not saved yet; move the result along when they are.

    Returns:
        `FOLDER/lfpnet/FILE_v002/NODE`, or `unsaved/ID/NODE`.
    """
    name = _NOT_IN_A_NAME.sub("_", node).strip(" .") or "matte"
    if not file:
        return unsaved / owner.id[:8] / name
    path = Path(file)
    stem = _NOT_IN_A_NAME.sub("_", path.stem).strip(" .") or "shot"
    return path.parent / "lfpnet" / stem / name
