"""Section: the peak of resident memory beside the plate's own buffers, and whether it grows with the plate."""

from typing import Any

from bench import THIN, Bench
from plans import one_forward, side_of_tile, whole_run
from report import Section, Target, table

_MIB = 2**20
LARGEST_BESIDE = 2 << 30
#: The one accumulator beside the result: four bytes of weight a pixel; twice that leaves room for the allocator.
LARGEST_GROWTH = 8
_TEXT = """\
*buffers*: plate (12 bytes a pixel), trimap (1), alpha, foreground and background of the result (28). *beside* is the
peak without them: Python, torch, weights, one tile's activations, the accumulated weights. Of it was *at rest*, before
the matte began: Python, torch, weights. Preset `lfpnet` with the paper's tile was measured on a small plate: a tile
needs the same on any."""


def memory_section(bench: Bench) -> Section:
    """Measure peaks, largely from the runs that the plans were timed with."""
    frames = ("HD", "4K") if bench.is_quick else ("HD", "4K", "8K")
    compact = {frame: whole_run(bench, "lfpnet-compact", frame, THIN, "fast") for frame in frames}
    exact = whole_run(bench, "lfpnet-compact", "4K", THIN, "exact")
    large, paper = whole_run(bench, "lfpnet", "4K", THIN, "fast"), one_forward(bench, "exact")
    rows = [_row(bench, "lfpnet-compact", "fast", frame, run) for frame, run in compact.items()]
    rows.append(_row(bench, "lfpnet-compact", "exact", "4K", exact))
    rows.append(_row(bench, "lfpnet", "fast", "4K", large))
    rows.append(_row(bench, "lfpnet", "exact", "one tile high", paper))
    header = ["network", "plan", "tile", "frame", "peak MiB", "buffers MiB", "beside MiB", "at rest MiB"]
    runs = {"`lfpnet-compact`, `fast`": compact["4K"], "`lfpnet`, `fast`": large, "`lfpnet`, `exact`": paper}
    targets = [_peak_target(name, run) for name, run in runs.items()]
    return Section("Memory", _TEXT, table(header, rows), (*targets, _growth_target(bench, compact, frames[-1])))


def _row(bench: Bench, network: str, plan: str, frame: str, run: dict[str, Any]) -> list[object]:
    at_rest = run["resident_bytes"] - run["buffer_bytes"] * 13 // 41
    sizes = (run["peak_bytes"], run["buffer_bytes"], _beside(run), at_rest)
    return [network, plan, side_of_tile(bench, network, plan), frame, *(f"{size / _MIB:.0f}" for size in sizes)]


def _beside(run: dict[str, Any]) -> int:
    return run["peak_bytes"] - run["buffer_bytes"]


def _peak_target(name: str, run: dict[str, Any]) -> Target:
    beside = _beside(run)
    return Target(
        f"at most 2 GiB beside the plate's buffers: {name}", f"{beside / 2**30:.2f} GiB", beside <= LARGEST_BESIDE
    )


def _growth_target(bench: Bench, runs: dict[str, dict[str, Any]], largest: str) -> Target:
    pixels = {frame: height * width for frame, (height, width) in bench.frames.items()}
    growth = (_beside(runs[largest]) - _beside(runs["HD"])) / (pixels[largest] - pixels["HD"])
    return Target(
        f"memory beside the buffers grows by no more than the accumulated weights, HD to {largest}: "
        f"at most {LARGEST_GROWTH} bytes a pixel",
        f"{growth:.1f}",
        growth <= LARGEST_GROWTH,
    )
