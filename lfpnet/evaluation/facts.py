"""What a reader needs to believe and repeat a run: command, machine, date, versions."""

import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lfpnet import __version__

#: What the figures depend on.
_PACKAGES = ("torch", "numpy", "opencv-python", "pymatting")


def _machine() -> str:
    """This machine in words."""
    return f"{platform.node()}, {platform.platform()}, {_processor()}, {os.cpu_count()} cores"


def _versions() -> dict[str, str]:
    """Versions of Python, lfpnet and the packages that compute; those that are missing are left out."""
    found = {"Python": platform.python_version(), "lfpnet": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """The processor's model where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


@dataclass(frozen=True)
class RunFacts:
    """Facts of one run.

    Attributes:
        dataset: the folder.
        layout: its layout.
        command: as it was typed.
        protocol: name and sentence.
        methods: settings by the method's name.
        case_count: cases that were to be run.
        skipped: a sentence for each case left out.
        interruption: why the run stopped early, empty if it did not.
        date: when it ended, UTC.
        machine: name, system, processor, cores.
        versions: of Python and of what computes.
    """

    dataset: str
    layout: str
    command: str
    protocol: str
    methods: Mapping[str, Mapping[str, str]]
    case_count: int
    skipped: Sequence[str] = ()
    interruption: str = ""
    date: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    machine: str = field(default_factory=_machine)
    versions: Mapping[str, str] = field(default_factory=_versions)


def command_line(arguments: Sequence[str]) -> str:
    """The command as one would type it."""
    name, *rest = arguments
    return shlex.join([Path(name).name, *rest])
