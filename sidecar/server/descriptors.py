"""How many files and connections this process may hold, and how many it does; the end of them ends libzmq."""

import os
import sys
from pathlib import Path

#: More is of no use to one sidecar, and some systems make processes slow that could have millions.
_WANTED = 65_536
#: Shares of the limit above which nobody new is let in, and below which somebody is again.
FULL, ROOMY = 0.3, 0.25


def raise_limit() -> None:
    """Allow as many descriptors as the system grants without asking."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def share_used() -> float:
    """Return the share of the limit that is in use; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    if sys.platform == "win32" or not folder.is_dir():
        return 0.0
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0.0 if soft == resource.RLIM_INFINITY else len(os.listdir(folder)) / soft  # noqa: PTH208 - names are enough
