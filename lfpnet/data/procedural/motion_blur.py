"""Motion blur: solid shapes smeared along the path that they travel while the shutter is open."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish
from lfpnet.data.procedural.shapes import blob_outline, dome, fill_outlines
from lfpnet.data.procedural.surface import surface_colour
from lfpnet.data.smear import path_kernel


def motion_blur(rng: np.random.Generator, size: int) -> Foreground:
    """Draw moving solid shapes, square of `size` pixels."""
    outlines = []
    for _ in range(int(rng.integers(1, 6))):
        centre = size * rng.uniform(0.25, 0.75, 2)
        radii = size * rng.uniform(0.02, 0.22, 2)
        outlines.append(blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.3))
    solid = fill_outlines(outlines, size)
    kernel = path_kernel(rng, max(2, round(size * rng.uniform(0.01, 0.09))))
    alpha = cv2.filter2D(solid, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
    colour = surface_colour(rng, size, dome(solid, size))
    smeared = cv2.filter2D(colour, cv2.CV_8U, kernel, borderType=cv2.BORDER_REPLICATE)
    return finish(np.asarray(smeared, np.uint8), alpha)
