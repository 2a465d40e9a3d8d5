"""The compositing equation, C = alpha F + (1 - alpha) B, in linear light.

Source: Porter and Duff, Compositing digital images, SIGGRAPH 1984; LFPNet paper, equation 1.
"""

import numpy as np

from lfpnet.types import AlphaPixels, PlatePixels


def premultiply(foreground: PlatePixels, alpha: AlphaPixels) -> PlatePixels:
    """Multiply a foreground by its coverage.

    Args:
        foreground: unpremultiplied, linear.
        alpha: coverage, 0 to 1.

    Returns:
        The premultiplied foreground, (h, w, 3), linear.
    """
    return foreground * alpha[..., np.newaxis]


def over(foreground: PlatePixels, alpha: AlphaPixels, background: PlatePixels) -> PlatePixels:
    """Lay a foreground over a background.

    Args:
        foreground: unpremultiplied, linear.
        alpha: coverage of the foreground, 0 to 1.
        background: linear.

    Returns:
        The composite, (h, w, 3), linear; exactly the foreground where alpha is 1 and the background where it is 0.
    """
    composite = premultiply(foreground, alpha)
    composite += premultiply(background, 1 - alpha)
    return composite
