"""Compose a short shot with exact alpha, fine-tune on three of its frames, and judge by the other five.

    python examples/finetune/finetune_a_shot.py --to /tmp/shot

Nothing is random: the same shot comes out every time. Any further option goes to `lfpnet finetune`.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from lfpnet.atomic_file import atomic_file
from lfpnet.colour import over, srgb_decode
from lfpnet.data.procedural import GENERATORS
from lfpnet.data.procedural_background import procedural_background
from lfpnet.images import write_mask
from lfpnet.images.exr_stream import write_exr
from sidecar.cli.main import main as lfpnet

FRAMES = range(1001, 1009)
#: The ends and the middle teach; what lies between judges.
TAUGHT = (1001, 1004, 1008)
WIDTH, HEIGHT = 512, 384
_SIDE = 480  # of the square that the foreground is drawn on; its lower edge stays below the frame
_GRAIN = 0.012  # standard deviation at mid grey, scene-linear


def compose_shot(folder: Path, generator: str = "hair", seed: int = 17) -> None:
    """Write plate/shot.####.exr and alpha/shot.####.exr: a drawn foreground that moves before a panning background.

    Args:
        folder: gets both folders.
        generator: one of `lfpnet.data.procedural.GENERATORS`.
        seed: another seed, another shot.
    """
    drawn = GENERATORS[generator](np.random.default_rng(seed), _SIDE)
    colour = srgb_decode(drawn.colour.astype(np.float32) / 255)
    background = srgb_decode(procedural_background(np.random.default_rng([seed, 1]), 768).astype(np.float32) / 255)
    for number, frame in enumerate(FRAMES):
        move = _move(number)
        alpha = cv2.warpAffine(drawn.alpha, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        foreground = cv2.warpAffine(colour, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        behind = background[40 : 40 + HEIGHT, 30 + 14 * number : 30 + 14 * number + WIDTH]
        plate = over(foreground, alpha, behind)
        grain = np.random.default_rng([seed, frame]).standard_normal(plate.shape).astype(np.float32)
        plate += _GRAIN * np.sqrt(np.maximum(plate, 0)) * grain
        _write_plate(folder / "plate" / f"shot.{frame}.exr", plate)
        (folder / "alpha").mkdir(parents=True, exist_ok=True)
        write_mask(folder / "alpha" / f"shot.{frame}.exr", np.clip(alpha, 0, 1), None)


def _move(number: int) -> np.ndarray:
    """The foreground sways, drifts to the right and comes closer."""
    move = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), 4.0 * np.sin(number * 0.9), 1 + 0.02 * number)
    move[:, 2] += -40.0 + 11.0 * number, -30.0 + 3.0 * np.cos(number)
    return move


def _write_plate(path: Path, plate_linear: np.ndarray) -> None:
    """One scene-linear frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    window = (0, 0, plate_linear.shape[1] - 1, plate_linear.shape[0] - 1)
    with atomic_file(path) as stream:
        write_exr(
            stream, {"RGB": plate_linear}, depth="half", compression="zip", windows=(window, window), attributes={}
        )


def main() -> int:
    """Compose, fine-tune, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets the shot and the new weights")
    parser.add_argument("--generator", choices=list(GENERATORS), default="hair")
    parser.add_argument("--seed", type=int, default=17, help="of the shot")
    parser.add_argument("--compose-only", action="store_true")
    arguments, others = parser.parse_known_args()
    shot = arguments.to / "shot"
    compose_shot(shot, arguments.generator, arguments.seed)
    if arguments.compose_only:
        return 0
    judged = [str(frame) for frame in FRAMES if frame not in TAUGHT]
    new = arguments.to / "shot.safetensors"
    return lfpnet(["finetune", "--shots", str(shot), "-o", str(new), *others, "--hold-back", *judged])


if __name__ == "__main__":
    sys.exit(main())
