"""Section: what the plans cost against `published`, HD and 4K, thin and thick trimaps, both presets."""

from dataclasses import dataclass
from typing import Any

from bench import THICK, THIN, Bench
from networks import NO_NETWORK
from report import Section, Target, table

from lfpnet.inference.tiling import SMALLEST_SIDE

PLANS = ("published", "exact", "fast")
WHOLE, COMPUTED = "whole run", "tiles x forward + rest"
_TEXT = f"""\
A scene-linear plate of noise and soft colours, unknown in a band around a silhouette as tall as 4/5 of the frame, as a
roto artist gives it. *x* is how many times cheaper than `published` a plan is. *outside* are CPU s that are not the
network's: cutting and encoding patches, blending, solving the layers. How a figure came about: `{WHOLE}`: the whole
matte was computed. `{COMPUTED}`: one forward of the network was measured through the real `Predictor` on a
small plate, the rest on the whole plate with a network that computes nothing; every tile costs the same, whatever it
holds."""


@dataclass(frozen=True)
class PlanCost:
    """What one plan costs on one plate."""

    tiles: int
    unknown: float
    cpu_seconds: float
    outside_seconds: float
    wall_seconds: float
    how: str


def plans_section(bench: Bench) -> Section:
    """Measure every plan and set it against `published`."""
    rows: list[list[object]] = []
    ratios: dict[tuple[str, str, float, str], float] = {}
    frames = ("4K",) if bench.is_quick else ("HD", "4K")
    for network in ("lfpnet", "lfpnet-compact"):
        for frame in frames:
            for unknown in (THIN,) if bench.is_quick else (THIN, THICK):
                costs = {plan: plan_cost(bench, network, frame, unknown, plan) for plan in PLANS}
                for plan, cost in costs.items():
                    ratio = costs["published"].cpu_seconds / cost.cpu_seconds
                    ratios[network, frame, unknown, plan] = ratio
                    rows.append([network, frame, *_cells(plan, side_of_tile(bench, network, plan), cost, ratio)])
    header = ["network", "frame", "unknown", "plan", "tile", "tiles", "CPU s", "outside", "wall s", "x", "how"]
    targets = tuple(
        Target(
            f"`{plan}` at least {least}x cheaper than `published`: preset `lfpnet`, 4K, thin trimap",
            f"{ratios['lfpnet', '4K', THIN, plan]:.1f}x",
            ratios["lfpnet", "4K", THIN, plan] >= least,
        )
        for plan, least in (("exact", 3), ("fast", 8))
    )
    return Section("Plans", _TEXT, table(header, rows) + "\n\n" + _tile_counts(bench), targets)


def side_of_tile(bench: Bench, network: str, plan: str) -> int:
    """The default side of `MatteOptions`, or the tiny one of `--quick`."""
    return bench.paper_tile if network == "lfpnet" and plan != "fast" else bench.tile


def plan_cost(bench: Bench, network: str, frame: str, unknown: float, plan: str) -> PlanCost:
    """The cost of one plan on one plate; whole, unless preset `lfpnet` would take many minutes."""
    tile, scene = side_of_tile(bench, network, plan), bench.scene(frame, unknown)
    if network != "lfpnet" or (plan, frame, unknown) == ("fast", "4K", THIN):
        run = whole_run(bench, network, frame, unknown, plan)
        cpu, wall = run["cost"]["cpu_seconds"], run["cost"]["wall_seconds"]
        outside = cpu - run["forwards"] * run["forward"]["cpu_seconds"]
        return PlanCost(run["tiles"], run["unknown"], cpu, outside, wall, WHOLE)
    rest = bench.run("measure_matte", network=NO_NETWORK, scene=scene, plan=plan, tile=tile)
    forward = one_forward(bench, plan)["forward"]
    outside, count = rest["cost"]["cpu_seconds"], rest["tiles"]
    return PlanCost(
        count,
        rest["unknown"],
        outside + count * forward["cpu_seconds"],
        outside,
        rest["cost"]["wall_seconds"] + count * forward["wall_seconds"],
        COMPUTED,
    )


def whole_run(bench: Bench, network: str, frame: str, unknown: float, plan: str) -> dict[str, Any]:
    """The figures of a whole matte; short ones are the better of two."""
    return bench.run(
        "measure_matte",
        network=network,
        scene=bench.scene(frame, unknown),
        plan=plan,
        tile=side_of_tile(bench, network, plan),
        repeats=2 if frame == "HD" else 1,
    )


def one_forward(bench: Bench, plan: str) -> dict[str, Any]:
    """The figures of a few tiles of preset `lfpnet`, of the side that `plan` takes."""
    if plan == "fast":
        return whole_run(bench, "lfpnet", "4K", THIN, "fast")
    tile = bench.paper_tile
    scene = {**bench.scene("4K", THICK), "height": tile, "width": 3 * tile // 2}
    return bench.run("measure_matte", network="lfpnet", scene=scene, plan="exact", tile=tile)


def _cells(plan: str, tile: int, cost: PlanCost, ratio: float) -> list[object]:
    figures = [f"{value:.1f}" for value in (cost.cpu_seconds, cost.outside_seconds, cost.wall_seconds, ratio)]
    return [f"{cost.unknown:.0%}", plan, tile, cost.tiles, *figures, cost.how]


def _tile_counts(bench: Bench) -> str:
    """How many tiles each plan has, by side: the bound of what leaving tiles out can save."""
    sides = [max(SMALLEST_SIDE, tile) for tile in (bench.tile // 2, bench.tile, bench.paper_tile)]
    scenes = {f"{unknown:.0%}": bench.scene("4K", unknown) for unknown in (THIN / 5, THIN, THICK)}
    counted = bench.run("count_tiles", scenes=scenes, plans=PLANS, sides=sides)
    rows = []
    for name in scenes:
        for side in sides:
            counts = [counted[f"{name} {plan} {side}"] for plan in PLANS]
            rows.append([name, side, *counts, f"{counts[0] / counts[1]:.1f}"])
    text = "Tiles on the 4K frame by side; the last column is the most that `exact` can save with tiles of that side."
    return text + "\n\n" + table(["unknown", "tile", *PLANS, "published / exact"], rows)
