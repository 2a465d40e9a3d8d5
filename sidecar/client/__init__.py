"""The host's side: submit, poll and cancel without blocking (wire, pyzmq; numpy for arrays only; may be vendored).

The names are imported when they are first used: the server needs `endpoint`, `lock` and `keys` of this package, and
listens sooner without numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client
    from .job import Job, JobResult
    from .request import Picture, Pixels

__all__ = ["Client", "Job", "JobResult", "Picture", "Pixels"]

_MODULES = {"Client": "client", "Job": "job", "JobResult": "job", "Picture": "request", "Pixels": "request"}


def __getattr__(name: str) -> Any:
    """Import a name of this package."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
