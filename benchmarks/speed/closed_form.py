"""CPU time of a whole matte beside closed-form matting at full resolution, in one run.

python benchmarks/speed/closed_form.py [--height 2160 --width 3840] [--unknown 0.05 0.1] [--weights FILE ...]

The plate is a band of unknown pixels around a silhouette (`scenes.band`), display-encoded for both.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from measure import Stopwatch
from scenes import Scene, band, make_scene

from lfpnet.colour import display_encode
from lfpnet.evaluation.propagation import ClosedForm
from lfpnet.inference import Predictor
from lfpnet.types import UNKNOWN
from lfpnet.weights import default_weights, packaged_weights


def main() -> None:
    """Measure and print a markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=2160)
    parser.add_argument("--width", type=int, default=3840)
    parser.add_argument("--unknown", type=float, nargs="+", default=[0.05, 0.1], help="shares of the plate")
    parser.add_argument("--weights", type=Path, nargs="+", default=packaged_weights(), help="default: all that ship")
    parser.add_argument("--precision", default="auto")
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    closed_form = ClosedForm()  # compiles, which is no time of the method
    predictors = [Predictor.load(file, device="cpu", precision=given.precision) for file in given.weights]
    print(f"`{' '.join(sys.argv)}`, one thread, {given.width} x {given.height}\n")
    print("| unknown | method | CPU seconds | of closed-form |")
    print("|---:|---|---:|---:|")
    for share in given.unknown:
        scene = _display_encoded(make_scene(band(given.height, given.width, share)))
        warming = _about_an_unknown_pixel(scene)
        seconds = _seconds(lambda scene=scene: closed_form._solve(scene.plate.astype(np.float64), scene.trimap / 255.0))
        print(f"| {share:.0%} | closed-form | {seconds:.1f} | 1 |")
        for predictor, file in zip(predictors, given.weights, strict=True):
            predictor.matte(*warming, is_linear=False)
            took = _seconds(lambda scene=scene, p=predictor: p.matte(scene.plate, scene.trimap, is_linear=False))
            name = file.stem + (" (default)" if file == default_weights() else "")
            print(f"| {share:.0%} | {name} | {took:.1f} | 1/{seconds / took:.1f} |", flush=True)


def _display_encoded(scene: Scene) -> Scene:
    return Scene(display_encode(scene.plate).clip(0, 1), scene.trimap, is_linear=False)


def _about_an_unknown_pixel(scene: Scene, side: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    """Plate and trimap of a square in which the network has something to do: the sidecar's model is warm as well."""
    rows, columns = np.nonzero(scene.trimap == UNKNOWN)
    middle = len(rows) // 2
    top, left = max(0, int(rows[middle]) - side // 2), max(0, int(columns[middle]) - side // 2)
    window = slice(top, top + side), slice(left, left + side)
    return scene.plate[window].copy(), scene.trimap[window].copy()


def _seconds(work: object) -> float:
    """CPU seconds of one run."""
    assert callable(work)
    watch = Stopwatch()
    work()
    return watch.read().cpu_seconds


if __name__ == "__main__":
    main()
