"""Whose results a node's are: an id of its own, renewed for copies, and kept with script and name it was seen under.

A copy is a node whose id another node of the script has too, or one whose script was saved under another name while
the first script is still there. It gets an id that follows from the old one and from what it is called now, so that
every machine of a farm gives the same copy the same id.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .sidecar.shots.identity import Owner

HOST = "Nuke"
#: Stands for the script while it was not saved: another one in each session, and after each script.
UNSAVED = "unsaved:"


@dataclass(frozen=True)
class Identity:
    """What a node says about itself.

    Attributes:
        id: 32 hexadecimal digits; nothing before the node was first seen.
        script: where the node was seen last; begins with `unsaved:` before the script was saved.
        node: full name that it had there.
    """

    id: str
    script: str
    node: str

    @property
    def owner(self) -> Owner:
        """As records have it."""
        return Owner(self.id, HOST, "" if self.script.startswith(UNSAVED) else self.script, self.node)


def new_identity(script: str, node: str) -> Identity:
    """Return the identity of a node that was just made."""
    return Identity(uuid.uuid4().hex, script, node)


def seen_now(
    kept: Identity, here: Identity, others: Iterable[Identity], *, session: str, is_pasted: bool = False
) -> Identity:
    """Return who a node is, given where it is seen now; the same id as it keeps, unless it is a copy.

    Args:
        kept: what the node says; without an id it is taken for a new one.
        here: script and full name as they are now, with any id.
        others: what the other nodes of the script say.
        session: the `unsaved:` name that this session's script has, or had before it was saved.
        is_pasted: whether the node has just come into a script that was open.
    """
    if not kept.id:
        return new_identity(here.script, here.node)
    has_twin = any(other.id == kept.id for other in others)
    is_twin = has_twin and (is_pasted or kept.node != here.node)
    if is_twin or _is_of_another_script(kept.script, here.script, session, is_pasted=is_pasted):
        words = "\n".join((kept.id, here.script, here.node))
        return replace(here, id=hashlib.blake2b(words.encode(), digest_size=16).hexdigest())
    return replace(here, id=kept.id)


def _is_of_another_script(kept: str, now: str, session: str, *, is_pasted: bool) -> bool:
    """Whether a node comes from another script; one that was moved, or is seen on another system, is the same."""
    if kept == now or not kept:
        return False
    if kept.startswith(UNSAVED):  # saved for the first time, or recovered from an autosave
        return is_pasted and kept != session
    if is_pasted and now.startswith(UNSAVED):
        return True
    try:
        return not os.path.samefile(kept, now)  # noqa: PTH121 - both are texts
    except OSError:
        return is_pasted or os.path.exists(kept)  # noqa: PTH110 - as above
