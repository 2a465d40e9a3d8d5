"""The four scenes: hair and fur of the benchmark, leaves before parallax, and hair that flutters by itself.

Speeds hold for a frame of 432 lines and scale with its height.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.errors import ConfigurationError
from lfpnet.evaluation.shots.flutter import FlutteringHead
from lfpnet.evaluation.shots.sprites import Sprite, builtin_background, builtin_subject

SHOT_NAMES = ("hair", "fur", "leaves", "flutter")
_LINES = 432

Affine = Float32[np.ndarray, "2 3"]


@dataclass(frozen=True, eq=False)
class Scene:
    """What moves, and how.

    Attributes:
        height: of a frame.
        width: of a frame.
        subject: the subject on its canvas at a moment.
        pose: takes its canvas to the frame at a moment.
        background: the background at a moment, in the frame.
    """

    height: int
    width: int
    subject: Callable[[float], Sprite]
    pose: Callable[[float], Affine]
    background: Callable[[float], Float32[np.ndarray, "h w 3"]]

    def moment(self, time: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Colour and alpha of the subject and the background, in the frame."""
        placed = self.subject(time).placed(self.pose(time), self.height, self.width)
        return placed.colour, placed.alpha, self.background(time)

    def motion(self, frame: int) -> Float32[np.ndarray, "h w 2"]:
        """Where the subject's points of this frame are in the next: (dx, dy) at every pixel."""
        here, there = (np.vstack([self.pose(float(at)), [0, 0, 1]]).astype(np.float64) for at in (frame, frame + 1))
        step = there @ np.linalg.inv(here)
        x, y = np.meshgrid(np.arange(self.width), np.arange(self.height))
        moved = np.stack([x, y, np.ones_like(x)], axis=-1) @ step[:2].T
        return (moved - np.stack([x, y], axis=-1)).astype(np.float32)


def open_scene(name: str, height: int, width: int, seed: int) -> Scene:
    """A scene by its name.

    Args:
        name: one of `SHOT_NAMES`.
        height: of a frame.
        width: of a frame.
        seed: varies paths and what is drawn.

    Raises:
        ConfigurationError: no such scene.
    """
    if name not in SHOT_NAMES:
        raise ConfigurationError(f"Expected shots among {', '.join(SHOT_NAMES)}, got '{name}'; choose of these.")
    phase = float(np.random.default_rng([seed, SHOT_NAMES.index(name)]).uniform(0, 2 * math.pi))
    scale = height / _LINES
    backdrop = _Backdrop(height, width, scale)
    if name == "hair":
        subject = builtin_subject("hair_over_workshop").beside_its_mirror()
        pose = _pose(subject, 1.15 * scale, lambda t: (width / 2 + (220 - 5 * t) * scale, height / 2 + 8 * scale,
                                                       0.01 * math.sin(0.2 * t + phase)))  # fmt: skip
        pan = builtin_background("foliage_over_esplanade")
        return Scene(height, width, lambda _: subject, pose, lambda t: backdrop.seen(pan, 3.7 * t, 0))
    if name == "fur":
        subject = builtin_subject("fur_over_drawing")
        pose = _pose(subject, 0.85 * scale, lambda t: (width / 2 + (7.3 * t - 118) * scale,
                                                       height / 2 + 30 * math.sin(0.11 * t + phase) * scale,
                                                       0.006 * t))  # fmt: skip
        still = backdrop.seen(builtin_background("fur_over_drawing"), 0, 0)
        return Scene(height, width, lambda _: subject, pose, lambda _: still)
    if name == "leaves":
        subject = builtin_subject("foliage_over_esplanade")
        pose = _pose(subject, 1.5 * scale, lambda t: (width / 2 - (60 - 75 * math.sin(0.19 * t + phase)) * scale,
                                                      height / 2 + (14 * math.sin(0.5 * t) - 40) * scale,
                                                      0.05 * math.sin(0.23 * t + phase)))  # fmt: skip
        far, near = builtin_background("hair_wide_trimap"), builtin_subject("things_over_workshop")
        return Scene(height, width, lambda _: subject, pose, lambda t: backdrop.in_depth(far, near, t, phase))
    head = FlutteringHead(np.random.default_rng([seed, 99]))
    pose = _pose(head.at(0), 0.9 * scale, lambda t: (width / 2 + (2 * t - 8) * scale, height / 2 + 10 * scale, 0.0))
    still = backdrop.seen(builtin_background("things_over_workshop"), 0, 0)
    return Scene(height, width, head.at, pose, lambda _: still)


def _pose(
    subject: Sprite, enlarged: float, path: Callable[[float], tuple[float, float, float]]
) -> Callable[..., Affine]:
    """Places the middle of a canvas, enlarged, at (x, y) of the frame, turned by an angle."""
    rows, columns = subject.alpha.shape

    def pose(time: float) -> Affine:
        x, y, angle = path(time)
        turn = enlarged * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        shift = np.array([x, y]) - turn @ np.array([columns / 2, rows / 2])
        return np.hstack([turn, shift[:, None]]).astype(np.float32)

    return pose


@dataclass(frozen=True)
class _Backdrop:
    """Backgrounds in a frame of a size."""

    height: int
    width: int
    scale: float

    def seen(self, tiled: np.ndarray, across: float, down: float) -> np.ndarray:
        """Part of a tiled picture, panned by so many pixels of 432 lines."""
        size = 1.4 * self.scale
        pose = np.array([[size, 0, -(180 + across) * self.scale], [0, size, -(150 + down) * self.scale]])
        return np.asarray(self._warped(tiled, pose), np.float32)

    def in_depth(self, far: np.ndarray, near: Sprite, time: float, phase: float) -> np.ndarray:
        """A far picture, and things nearer that a shaky camera moves faster."""
        across, down = 3 * time + 4 * math.sin(1.1 * time + phase), 3 * math.sin(0.8 * time)
        size = 1.3 * self.scale
        pose = np.array([[size, 0, (240 - 1.8 * across) * self.scale], [0, size, (10 - 1.8 * down) * self.scale]])
        alpha = self._warped(near.alpha, pose, cv2.BORDER_CONSTANT)[..., None]
        return np.asarray(
            alpha * self._warped(near.colour, pose) + (1 - alpha) * self.seen(far, across, down), np.float32
        )

    def _warped(self, picture: np.ndarray, pose: np.ndarray, border: int = cv2.BORDER_REFLECT) -> np.ndarray:
        return cv2.warpAffine(picture, pose, (self.width, self.height), flags=cv2.INTER_LINEAR, borderMode=border)
