"""`lfpnet doctor`: is everything there that a matte needs, and what fixes it if not."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from lfpnet import __version__
from lfpnet.errors import LfpnetError
from lfpnet.weights import default_weights

_PACKAGES = ("torch", "numpy", "opencv-python", "OpenEXR", "pyzmq", "msgpack", "safetensors", "pymatting", "scipy")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and the fix where it is wrong."""

    what: str
    found: str
    fix: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing needs fixing."""
        return not self.fix


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("doctor")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; exit code 1 when something is wrong."""
    findings = [finding for look in _LOOKS for finding in look()]
    if arguments.json:
        print(json.dumps([{**asdict(finding), "is_well": finding.is_well} for finding in findings]))
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.is_well else 'FIX '}  {finding.what:14} {finding.found}")
            if finding.fix:
                print(f"      {'':14} {finding.fix}")
    return 0 if all(finding.is_well for finding in findings) else 1


def _python() -> list[Finding]:
    is_known = sys.version_info >= (3, 11)
    fix = "" if is_known else "Install Python 3.11 or later and make a new environment."
    return [
        Finding("lfpnet", __version__),
        Finding("python", f"{platform.python_version()} at {sys.executable}", fix),
        Finding("machine", f"{platform.platform()}, {os.cpu_count()} cores, {_memory()}"),
    ]


def _packages() -> list[Finding]:
    findings = []
    for name in _PACKAGES:
        try:
            findings.append(Finding(name, version(name)))
        except PackageNotFoundError:
            # opencv comes under several names; what counts is the import, below.
            fix = "" if name == "opencv-python" else f"pip install {name}"
            findings.append(Finding(name, "not installed", fix))
    return findings


def _imports() -> list[Finding]:
    try:
        import cv2
    except ImportError as error:
        return [
            Finding("cv2", str(error), "apt-get install libgl1 libglib2.0-0, or pip install opencv-python-headless")
        ]
    import OpenEXR

    can_stream = hasattr(OpenEXR, "set_global_thread_count")
    fix = "" if can_stream else "pip install 'OpenEXR>=3.5'"
    return [Finding("cv2", cv2.__version__), Finding("exr", "reads and writes files and memory", fix)]


def _devices() -> list[Finding]:
    import torch

    findings = [Finding("cpu", f"{torch.get_num_threads()} threads, {torch.backends.cpu.get_cpu_capability()}")]
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        findings.append(Finding(f"cuda:{index}", f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"))
    if torch.version.cuda and not torch.cuda.is_available():
        fix = "Install an NVIDIA driver for this CUDA version, or go on with the CPU."
        findings.append(Finding("cuda", f"torch was built for CUDA {torch.version.cuda} but finds no GPU", fix))
    elif not torch.cuda.is_available():
        findings.append(Finding("cuda", "none: mattes are computed on the CPU"))
    if torch.backends.mps.is_available():
        findings.append(Finding("mps", "available"))
    return findings


def _weights() -> list[Finding]:
    from lfpnet.model.checkpoint import load_network

    path = default_weights()
    try:
        _, provenance = load_network(path)
    except LfpnetError as error:
        return [
            Finding(
                "weights", str(error).partition("\n")[0], "Install lfpnet again: pip install --force-reinstall lfpnet"
            )
        ]
    return [Finding("weights", f"{provenance.name} ({provenance.licence}) at {path}")]


def _memory() -> str:
    """Main memory in words."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "memory unknown"
    return f"{total / 2**30:.0f} GiB"


_LOOKS: tuple[Callable[[], list[Finding]], ...] = (_python, _packages, _imports, _devices, _weights)
