"""What is rendered for foreground `index` of a set: kind, lens, motion and samples, drawn from (seed, index) alone.

The scene itself (shape, colours, camera, lamps) is drawn from the same seed inside Blender, by `studio`.
"""

from dataclasses import dataclass

import numpy as np

#: Share of each kind, chosen for what natural mattes consist of: mostly strands.
KINDS = {
    "hair": 0.24,
    "fur": 0.2,
    "tuft": 0.1,
    "foliage": 0.1,
    "grass": 0.06,
    "feather": 0.09,
    "net": 0.06,
    "smoke": 0.04,
    "glass": 0.04,
    "pane": 0.02,
    "things": 0.05,
}
#: Coverage of smoke is smooth in itself, and every sample looks through dozens of billboards: few samples, smoothed.
SMOOTH = {"smoke": 32}


@dataclass(frozen=True)
class Recipe:
    """One foreground to render.

    Attributes:
        index: number in its set.
        seed: of everything random, as numpy takes it; the last number is the index.
        kind: a key of `KINDS`.
        size: side in pixels.
        defocus: whether the lens is open.
        motion: path during the exposure as a share of the picture's width, None for a still.
        alpha_samples: at most for a pixel; alpha has this many levels.
        colour_samples: of every pixel, before the denoiser.
        filter_width: of the pixel filter (Blackman-Harris) in pixels.
    """

    index: int
    seed: tuple[int, int]
    kind: str
    size: int
    defocus: bool
    motion: float | None
    alpha_samples: int
    colour_samples: int
    filter_width: float


def recipe(index: int, *, seed: int, size: int = 512, kinds: tuple[str, ...] = (), alpha_samples: int = 256) -> Recipe:
    """Plan foreground `index` of the set with this seed.

    Args:
        index: number in the set.
        seed: of the set, 0 or more.
        size: side in pixels.
        kinds: these in turn instead of a draw by share.
        alpha_samples: most samples of the alpha's pass.
    """
    rng = np.random.default_rng([seed, index, 3])
    names = list(KINDS)
    kind = names[int(rng.choice(len(names), p=np.asarray(list(KINDS.values()))))]
    if kinds:
        kind = kinds[index % len(kinds)]
    is_thing = kind == "things"
    defocus = bool(rng.random() < (0.6 if is_thing else 0.15)) and kind not in SMOOTH
    moves = bool(rng.random() < (0.5 if is_thing else 0.1)) and kind not in SMOOTH
    return Recipe(
        index=index,
        seed=(seed, index),
        kind=kind,
        size=size,
        defocus=defocus,
        motion=float(rng.uniform(0.015, 0.12 if is_thing else 0.04)) if moves else None,
        alpha_samples=min(alpha_samples, SMOOTH.get(kind, alpha_samples)),
        colour_samples=12,
        filter_width=float(rng.choice([1.0, 1.5, 2.0], p=[0.2, 0.6, 0.2])),
    )
