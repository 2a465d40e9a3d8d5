"""Markdown: tables, targets, and what the figures were measured with."""

import datetime
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from bench import Bench

import lfpnet


@dataclass(frozen=True)
class Target:
    """A figure that the project set out to reach."""

    claim: str
    figure: str
    is_reached: bool


@dataclass(frozen=True)
class Section:
    """A heading, what is compared, the table, and the targets that the table decides."""

    title: str
    text: str
    table: str
    targets: tuple[Target, ...] = ()


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table; cells that begin like a number are set to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    is_number = [all(re.match(r"[-+\d]|$", row[column]) for row in cells) for column in range(len(header))]
    lines = [header, ["--:" if right else "---" for right in is_number], *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def document(bench: Bench, sections: Sequence[Section], command: Sequence[str], load_before: str) -> str:
    """The whole document."""
    targets = [target for section in sections for target in section.targets]
    parts = ["# Speed and memory of inference", _introduction(bench, command, load_before)]
    if targets:
        rows = [[target.claim, target.figure, "yes" if target.is_reached else "**no**"] for target in targets]
        parts.append("## Targets\n\n" + table(["target", "measured", "reached"], rows))
    for section in sections:
        parts += [f"## {section.title}", section.text, section.table]
    return "\n\n".join(part for part in parts if part) + "\n"


def _introduction(bench: Bench, command: Sequence[str], load_before: str) -> str:
    about = [
        ("command", f"`{shlex.join(['python', *command])}`"),
        ("date", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("machine", _machine()),
        ("threads of a measurement", bench.threads),
        ("load average before and after", f"{load_before}, {load_average()}"),
        ("versions", _versions()),
    ]
    text = (
        "Written by the command below; do not edit. Every ratio compares figures of this one run, every measurement "
        "had a process of its own. CPU s are user and system seconds of all threads (of a forward of the network: the "
        "best of those that ran); wall s depend on what else the machine does."
    )
    if bench.is_quick:
        text += " **`--quick`: frames and tiles are tiny; the figures only show that the benchmark runs.**"
    return text + "\n\n" + table(["", ""], about)


def load_average() -> str:
    """Processes that want a core, over the last minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _machine() -> str:
    names = re.findall(r"model name\s*:\s*(.+)", _text("/proc/cpuinfo")) or [platform.processor() or platform.machine()]
    flags = set(re.findall(r"\b(avx2|avx512f|avx512_bf16|amx_tile|amx_bf16)\b", _text("/proc/cpuinfo")))
    memory = re.search(r"MemTotal:\s*(\d+)", _text("/proc/meminfo"))
    gigabytes = f", {int(memory[1]) / 2**20:.0f} GiB of memory" if memory else ""
    return (
        f"{names[0]}, {os.cpu_count()} cores{gigabytes} ({platform.system()}; {', '.join(sorted(flags)) or 'no flags'})"
    )


def _text(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def _versions() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    modules = {"lfpnet": lfpnet, "torch": torch, "numpy": np, "OpenCV": cv2}
    return ", ".join([f"Python {python}", *(f"{name} {module.__version__}" for name, module in modules.items())])
