"""A head whose strands bend in the wind, each in its own time: no motion of the whole explains them."""

import numpy as np

from lfpnet.colour import srgb_decode
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.shapes import blob_outline, dome, fill_outlines
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import surface_colour
from lfpnet.evaluation.shots.sprites import Sprite

_SIDE = 512
_STRANDS = 900


class FlutteringHead:
    """A head on a canvas of 512 pixels; all that is drawn by chance is drawn once, here."""

    def __init__(self, rng: np.random.Generator) -> None:
        outline = blob_outline(rng, (256.0, 290.0), (95.0, 120.0), roughness=0.06)
        shoulders = blob_outline(rng, (256.0, 520.0), (210.0, 110.0))
        self._solid = fill_outlines([outline, shoulders], _SIDE)
        self._colour = surface_colour(rng, _SIDE, dome(self._solid, _SIDE))
        upper = outline[outline[:, 1] < 320]
        self._roots = upper[rng.integers(0, len(upper), _STRANDS)] + rng.normal(0, 5, (_STRANDS, 2))
        away = self._roots - np.array([256.0, 290.0])
        self._directions = np.arctan2(away[:, 1], away[:, 0]) + rng.normal(0, 0.15, _STRANDS)
        self._lengths, self._bends = rng.uniform(50, 130, _STRANDS), rng.normal(0.2, 0.5, _STRANDS)
        self._swing, self._phase = rng.uniform(0.15, 0.5, _STRANDS), rng.uniform(0, 2 * np.pi, _STRANDS)
        self._speed = rng.uniform(0.4, 1.3, _STRANDS)
        self._widths = rng.uniform(0.5, 1.6, _STRANDS).astype(np.float32)
        self._tints = (np.array([70.0, 48, 34]) * rng.uniform(0.6, 1.6, (_STRANDS, 1))).astype(np.float32)

    def at(self, time: float) -> Sprite:
        """The head at a moment, in frames."""
        bends = self._bends + self._swing * np.sin(self._speed * time + self._phase)
        paths = curved_paths(self._roots.astype(np.float32), self._directions, self._lengths, bends)
        strands = Strands(paths, self._widths, self._tints)
        away = (self._solid < 0.5)[..., None]
        colour = np.where(away, self._tints.mean(axis=0).astype(np.uint8), self._colour)
        paint_strands(colour, strands)
        drawn = finish(soften(colour, 0.6), union(self._solid, strand_coverage(strands, _SIDE)))
        return Sprite(srgb_decode(drawn.colour.astype(np.float32) / np.float32(255)), drawn.alpha)
