"""Section: one 512 patch of preset `lfpnet`, computed in several ways, and how near that is to the machine's peak."""

from typing import Any

import numpy as np
from bench import THICK, Bench
from report import Section, Target, table

LEAST_RATIO, LARGEST_DIFFERENCE = 1.3, 5e-5
_PRECISIONS = ("fp32", "bf16")
#: Way of `measure_patch` -> what the table calls it, and the peak it is held against.
WAYS = {
    "unfolded": ("unfolded, NCHW, eager, fp32", "fp32"),
    "predictor fp32": ("`Predictor` fp32 (folded)", "fp32"),
    "folded, channels last": ("folded, channels last, fp32", "fp32"),
    "predictor bf16": ("`Predictor` bf16", "bf16"),
}


def patch_section(bench: Bench) -> Section:
    """Measure every way on the same patch."""
    repeats = 1 if bench.is_quick else 3
    peaks = {
        precision: bench.run(
            "measure_convolution_peak", precision=precision, repeats=3 * repeats, side=32 if bench.is_quick else 128
        )["flops_per_cpu_second"]
        for precision in _PRECISIONS
    }
    runs = {way: _measure(bench, way, repeats) for way in WAYS}
    flops, slowest = runs["unfolded"]["flops"], runs["unfolded"]["forward"]["cpu_seconds"]
    rows, figures = [], {}
    for way, (name, precision) in WAYS.items():
        cost = runs[way]["forward"]
        largest, mean = _difference(bench, way)
        figures[way] = slowest / cost["cpu_seconds"], largest
        share = flops / cost["cpu_seconds"] / peaks[precision]
        ratio = f"{figures[way][0]:.2f}"
        seconds = [f"{cost[key]:.2f}" for key in ("cpu_seconds", "wall_seconds")]
        rows.append([name, *seconds, ratio, f"{largest:.1e}", f"{mean:.1e}", f"{share:.0%}"])
    text = (
        f"One patch of {bench.tile} pixels, {flops / 2e9:.1f} GMAC (counted by torch). The peak is a 3x3 convolution "
        f"of 256 channels in the better memory layout: {peaks['fp32'] / 1e9:.0f} GFLOP per CPU s in fp32, "
        f"{peaks['bf16'] / 1e9:.0f} in bf16. Differences are those of the network's alpha to the first row's."
    )
    header = ["way", "CPU s", "wall s", "x", "largest difference", "mean difference", "of the peak"]
    return Section("One patch of preset `lfpnet`", text, table(header, rows), (_target(*figures["predictor fp32"]),))


def _target(ratio: float, largest: float) -> Target:
    return Target(
        f"a patch in fp32 at least {LEAST_RATIO}x cheaper than unfolded NCHW eager, within {LARGEST_DIFFERENCE:.0e}",
        f"{ratio:.2f}x, {largest:.1e}",
        ratio >= LEAST_RATIO and largest <= LARGEST_DIFFERENCE,
    )


def _measure(bench: Bench, way: str, repeats: int) -> dict[str, Any]:
    side = int(0.8 * bench.tile)  # one tile of the fast plan covers it
    scene = {**bench.scene("4K", THICK), "height": side, "width": side}
    save_to = str(bench.folder / f"{way}.npy")
    return bench.run("measure_patch", way=way, scene=scene, tile=bench.tile, repeats=repeats, save_to=save_to)


def _difference(bench: Bench, way: str) -> tuple[float, float]:
    """Largest and mean difference of a way's alpha to the first one's."""
    first, alpha = (np.load(bench.folder / f"{name}.npy") for name in ("unfolded", way))
    difference = np.abs(alpha - first)
    return float(difference.max()), float(difference.mean())
