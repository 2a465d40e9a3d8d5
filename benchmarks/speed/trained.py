"""Sections on trained weights: how far plans, precisions and test-time augmentation move alpha, and what they cost."""

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from bench import Bench
from report import Section, Target, table
from scenes import composited_hair, files

LARGEST_MEAN = 2e-3
NO_WEIGHTS = "No trained weights were found; give a file with `--weights`."


def agreement_section(bench: Bench) -> Section:
    """How far `fast` and `exact` are apart where alpha is unknown."""
    title = "Agreement of the plans on trained weights"
    if bench.weights is None:
        return Section(title, NO_WEIGHTS, "")
    rows, means = [], []
    for name, scene in _scenes(bench).items():
        runs = {plan: _matte(bench, bench.weights, scene, plan=plan) for plan in ("published", "exact", "fast")}
        published, exact, fast = (_alpha(run) for run in runs.values())
        mean, largest = _apart(fast, exact)
        means.append(mean)
        unknown = runs["exact"]["unknown"]
        figures = [f"{value:.1e}" for value in (mean, largest, mean * unknown, _apart(published, exact)[1])]
        rows.append([name, f"{unknown:.0%}", *figures])
    header = [
        "plate",
        "unknown",
        "`fast` - `exact`, mean",
        "largest",
        "mean over the plate",
        "`published` - `exact`, largest",
    ]
    text = (
        f"Weights: {bench.weights.name}. Differences of alpha where it is unknown, but for one column; tiles of "
        f"{bench.tile}. `exact` has every unknown pixel from the same tiles as `published`."
    )
    target = Target(
        f"`fast` within {LARGEST_MEAN:.0e} mean alpha of `exact` on trained weights",
        f"{max(means):.1e}",
        max(means) <= LARGEST_MEAN,
    )
    return Section(title, text, table(header, rows), (target,))


def precision_section(bench: Bench) -> Section:
    """What bf16 and test-time augmentation cost and change."""
    title = "Precision and test-time augmentation on trained weights"
    if bench.weights is None:
        return Section(title, NO_WEIGHTS, "")
    rows = []
    for name, scene in _scenes(bench).items():
        ways: dict[str, dict[str, Any]] = {
            "fp32": {},
            "bf16": {"precision": "bf16"},
            "fp32, eight turns": {"has_augmentation": True},
        }
        runs = {way: _matte(bench, bench.weights, scene, plan="fast", **options) for way, options in ways.items()}
        first = runs["fp32"]
        for way, run in runs.items():
            mean, largest = _apart(_alpha(run), _alpha(first))
            forward, whole = run["forward"]["cpu_seconds"], run["cost"]["cpu_seconds"]
            ratio = f"{first['cost']['cpu_seconds'] / whole:.2f}"
            rows.append([name, way, f"{forward:.3f}", f"{whole:.2f}", ratio, f"{mean:.1e}", f"{largest:.1e}"])
    header = ["plate", "way", "CPU s a forward", "CPU s", "x", "mean difference", "largest"]
    return Section(
        title, f"Weights: {bench.weights.name}. Plan `fast`; alpha in the unknown region.", table(header, rows)
    )


def _scenes(bench: Bench) -> dict[str, dict[str, Any]]:
    side = 192 if bench.is_quick else 1536
    seeds = (1,) if bench.is_quick else (1, 2)
    drawn = {f"drawn hair {seed}, {side} x {side}": composited_hair(side, seed) for seed in seeds}
    return drawn | {f"{plate.parent.name}/{plate.name}": files(plate, trimap) for plate, trimap in bench.examples}


def _matte(bench: Bench, weights: Path, scene: dict[str, Any], plan: str, **options: Any) -> dict[str, Any]:
    """The figures of one matte, and where its alpha lies."""
    name = json.dumps([scene, plan, options], sort_keys=True)
    save_to = str(bench.folder / f"{zlib.crc32(name.encode()):08x}.npz")
    run = bench.run(
        "measure_matte",
        network=str(weights),
        scene=scene,
        plan=plan,
        tile=bench.tile,
        repeats=2 if plan == "fast" and not bench.is_quick and not options.get("has_augmentation") else 1,
        save_to=save_to,
        **options,
    )
    return {**run, "alpha_path": save_to}


def _alpha(run: dict[str, Any]) -> np.ndarray:
    """Alpha of the unknown pixels."""
    with np.load(run["alpha_path"]) as saved:
        return saved["alpha"][saved["is_unknown"]]


def _apart(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean and largest difference."""
    difference = np.abs(one - other)
    return float(difference.mean()), float(difference.max())
