"""Subjects and backgrounds of the built-in benchmark as pictures that a scene can move, in linear light."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.colour import srgb_decode
from lfpnet.evaluation.builtin import builtin_folder
from lfpnet.images import read_mask, read_plate


@dataclass(frozen=True, eq=False)
class Sprite:
    """A subject on its own canvas.

    Attributes:
        colour: unpremultiplied, linear, also where alpha is 0.
        alpha: coverage, 0 to 1.
    """

    colour: Float32[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w"]

    def beside_its_mirror(self) -> "Sprite":
        """The subject with its mirror image at its right, so that what the canvas cut off on that side goes on."""
        return Sprite(np.hstack([self.colour, self.colour[:, ::-1]]), np.hstack([self.alpha, self.alpha[:, ::-1]]))

    def placed(self, pose: Float32[np.ndarray, "2 3"], height: int, width: int) -> "Sprite":
        """The subject in a frame.

        Args:
            pose: takes points of the canvas (x, y, 1) to points of the frame.
            height: of the frame.
            width: of the frame.
        """
        alpha = cv2.warpAffine(self.alpha, pose, (width, height), flags=cv2.INTER_LINEAR)
        colour = cv2.warpAffine(
            self.colour, pose, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return Sprite(np.asarray(colour, np.float32), np.asarray(alpha, np.float32))


def builtin_subject(case: str) -> Sprite:
    """The foreground of a case of the built-in benchmark."""
    folder = builtin_folder()
    colour = read_plate(folder / "fg" / f"{case}.webp").pixels
    return Sprite(srgb_decode(colour), read_mask(folder / "alpha" / f"{case}.png").pixels)


def builtin_background(case: str) -> Float32[np.ndarray, "h w 3"]:
    """The background of a case, tiled by its mirror images so that it may be panned; linear."""
    tile = srgb_decode(read_plate(builtin_folder() / "bg" / f"{case}.webp").pixels)
    row = np.hstack([tile, tile[:, ::-1], tile])
    return np.ascontiguousarray(np.vstack([row, row[::-1], row]))
