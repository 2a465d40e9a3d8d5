"""The protocol's version, and whether two sides understand each other (docs/protocol.md, section 1)."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import SidecarError

#: First frame of every message, the same in all versions, so that any two sides can at least exchange `hello`.
MAGIC = b"LFPS"
MAJOR = 1
MINOR = 2
PROTOCOL = (MAJOR, MINOR)


def check_protocol(theirs: Sequence[int], *, who: str) -> None:
    """Refuse a peer of another major version; a different minor is fine because unknown fields are ignored.

    Args:
        theirs: `[major, minor]` as the peer sent it.
        who: how to call the peer in the sentence, such as `the client 'nuke'`.

    Raises:
        SidecarError: code `version_mismatch` when the majors differ.
    """
    if len(theirs) == 2 and theirs[0] == MAJOR:
        return
    spoken = ".".join(str(number) for number in theirs)
    raise SidecarError(
        "version_mismatch",
        f"This side speaks protocol {MAJOR}.{MINOR} but {who} speaks {spoken}: update the older of the two.",
    )
