"""What the distances imply for the side of a tile and its context."""

from collections.abc import Sequence
from dataclasses import dataclass

from lfpnet.evaluation.distances.histogram import Histogram

#: Sides of inner patches in the paper's ablation and below; the context patch has twice the side.
TILES = (256, 512, 768, 1024)
#: Enough unknown pixels see both known regions.
ENOUGH = 0.95


@dataclass(frozen=True)
class Advice:
    """A tile to use, and why.

    Attributes:
        tile: side of an inner patch in pixels.
        context: side of its context patch in pixels.
        reached_share: by tile, the share of unknown pixels for which nearest known foreground and background are both
            certain to lie in the context patch.
        sentence: the advice in words.
    """

    tile: int
    context: int
    reached_share: dict[int, float]
    sentence: str


def advise(farther: Histogram, tiles: Sequence[int] = TILES) -> Advice:
    """Choose the smallest tile whose context shows nearly every unknown pixel both known regions.

    A context patch reaches half a tile beyond every border of its tile, so a pixel anywhere in the tile surely sees
    what is within half a tile's side.

    Args:
        farther: distances to the farther known region, at least one pixel.
        tiles: sides to choose among, rising.

    Source: the paper, sections 3 and 4 and tables 4 and 5; the bound is geometry.
    """
    reached = {tile: 1 - farther.share_beyond(tile / 2) for tile in tiles}
    tile = next((side for side in tiles if reached[side] >= ENOUGH), tiles[-1])
    share = f"{100 * reached[tile]:.1f} %"
    if reached[tile] >= ENOUGH:
        sentence = (
            f"Tiles of {tile} with context patches of {2 * tile} pixels show {share} of the unknown pixels both a "
            "known foreground and a known background; larger ones would add little."
        )
    else:
        sentence = (
            f"Even tiles of {tile} with context patches of {2 * tile} pixels show only {share} of the unknown pixels "
            "both a known foreground and a known background; draw more of the sure foreground and background inside "
            "the unknown region, or accept guesses far from what is known."
        )
    return Advice(tile, 2 * tile, reached, sentence)
