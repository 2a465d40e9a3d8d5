"""Compression: the blocks and lost colour detail of JPEG."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Compression:
    """Encodes and decodes as JPEG.

    Attributes:
        qualities: smallest and largest quality of the encoder.
    """

    qualities: tuple[int, int] = (55, 95)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return pixels as they come back from a JPEG file."""
        quality = int(rng.integers(self.qualities[0], self.qualities[1] + 1))
        _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
