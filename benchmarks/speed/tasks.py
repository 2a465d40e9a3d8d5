"""What a fresh process measures: a whole matte, one patch, the machine's convolution peak.

Arguments and results are plain values; arrays go through files.
"""

import itertools
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from measure import Cost, Stopwatch, best_of, cheapest, forget_peak_memory, peak_memory_bytes, resident_bytes
from networks import PROVENANCE, build
from scenes import Scene, make_scene
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lfpnet.inference import MatteOptions, Predictor, plan_tiles
from lfpnet.inference.patches import PatchCutter
from lfpnet.model import LFPNet
from lfpnet.types import UNKNOWN

#: Channels and side of the convolution that stands for the machine's peak; 3x3.
PEAK_CHANNELS, PEAK_SIDE = 256, 128


def measure_matte(
    network: str,
    scene: dict[str, Any],
    plan: str,
    tile: int,
    precision: str = "fp32",
    has_augmentation: bool = False,
    repeats: int = 1,
    save_to: str | None = None,
) -> dict[str, Any]:
    """Matte a scene through the real `Predictor`; the best of some repeats by CPU seconds."""
    pixels = make_scene(scene)
    built = build(network)
    predictor = Predictor(built, PROVENANCE, device="cpu", precision=precision)
    options = MatteOptions(plan=plan, tile=tile, has_augmentation=has_augmentation)  # type: ignore[arg-type]
    clock = NetworkClock(built)
    resident = resident_bytes()
    forget_peak_memory()
    runs = [_matte_once(predictor, pixels, options, save_to) for _ in range(repeats)]
    return {
        "cost": asdict(cheapest(runs)),
        "forward": asdict(cheapest(clock.forwards)),
        "forwards": len(clock.forwards) // repeats,
        "tiles": len(plan_tiles(options.plan, pixels.trimap, tile).tiles),
        "unknown": float((pixels.trimap == UNKNOWN).mean()),
        "resident_bytes": resident,
        "peak_bytes": peak_memory_bytes(),
        "buffer_bytes": pixels.plate.nbytes + pixels.trimap.nbytes + pixels.trimap.size * 7 * 4,
    }


def count_tiles(scenes: dict[str, dict[str, Any]], plans: list[str], sides: list[int]) -> dict[str, Any]:
    """How many tiles plans have, by name of the scene, plan and side."""
    counts = {}
    for name, scene in scenes.items():
        trimap = make_scene(scene).trimap
        for plan, side in itertools.product(plans, sides):
            counts[f"{name} {plan} {side}"] = len(plan_tiles(plan, trimap, side).tiles)  # type: ignore[arg-type]
    return counts


def measure_patch(way: str, scene: dict[str, Any], tile: int, repeats: int, save_to: str) -> dict[str, Any]:
    """One patch of preset `lfpnet`, computed in one of four ways; alpha of the first tile is saved."""
    network, pixels = build("lfpnet"), make_scene(scene)
    clock = NetworkClock(network)
    if way.startswith("predictor"):
        predictor = Predictor(network, PROVENANCE, device="cpu", precision=way.rpartition(" ")[2])
        for _ in range(repeats):
            predictor.matte(
                pixels.plate, pixels.trimap, is_linear=pixels.is_linear, options=MatteOptions(plan="fast", tile=tile)
            )
        flops = 0
    else:
        layout = torch.channels_last if way == "folded, channels last" else torch.contiguous_format
        if way != "unfolded":
            network.prepare_for_inference()
        network.to(memory_format=layout)  # type: ignore[call-overload]
        flops = _forward(network, pixels, tile, layout, repeats)
    np.save(save_to, clock.alpha)
    return {"forward": asdict(cheapest(clock.forwards)), "flops": flops}


def measure_convolution_peak(precision: str, repeats: int, side: int = PEAK_SIDE) -> dict[str, Any]:
    """Floating-point operations per CPU second of a large 3x3 convolution, in the better memory layout."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    flops = 2 * 9 * PEAK_CHANNELS**2 * side**2
    costs = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        convolution = nn.Conv2d(PEAK_CHANNELS, PEAK_CHANNELS, 3, padding=1).to(dtype=dtype, memory_format=layout)  # type: ignore[call-overload]
        features = torch.randn(1, PEAK_CHANNELS, side, side).to(dtype=dtype, memory_format=layout)
        with torch.inference_mode():
            convolution(features)
            costs[layout] = best_of(repeats, lambda c=convolution, f=features: c(f))
    best = cheapest(list(costs.values()))
    return {"flops_per_cpu_second": flops / best.cpu_seconds}


class NetworkClock:
    """Notes what every forward of a network costs, and the alpha of the last one."""

    def __init__(self, network: LFPNet) -> None:
        self.forwards: list[Cost] = []
        self.alpha = np.empty(0, np.float32)
        network.register_forward_pre_hook(self._start)
        network.register_forward_hook(self._stop)

    def _start(self, *_: object) -> None:
        self._watch = Stopwatch()

    def _stop(self, _module: nn.Module, _inputs: object, prediction: Any) -> None:
        self.forwards.append(self._watch.read())
        self.alpha = prediction.alpha.float().numpy()


def _matte_once(predictor: Predictor, pixels: Scene, options: MatteOptions, save_to: str | None) -> Cost:
    watch = Stopwatch()
    matte = predictor.matte(pixels.plate, pixels.trimap, is_linear=pixels.is_linear, options=options)
    cost = watch.read()
    if save_to is not None:
        np.savez(save_to, alpha=matte.alpha, is_unknown=pixels.trimap == UNKNOWN)
    return cost


def _forward(network: LFPNet, pixels: Scene, tile: int, layout: torch.memory_format, repeats: int) -> int:
    """Run the first tile of the fast plan some times; return the floating-point operations of one forward."""
    first = plan_tiles("fast", pixels.trimap, tile).tiles[0]
    cutter = PatchCutter(pixels.plate, pixels.trimap, is_linear=pixels.is_linear, network=network.config)
    inputs = [torch.from_numpy(patch)[None].contiguous(memory_format=layout) for patch in cutter.cut(first)]
    with torch.inference_mode():
        with FlopCounterMode(display=False) as counter:
            network(*inputs)
        for _ in range(repeats):
            network(*inputs)
    return counter.get_total_flops()


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task for task in (measure_matte, count_tiles, measure_patch, measure_convolution_peak)
}
