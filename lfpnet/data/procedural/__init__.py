"""Foregrounds drawn by rule, with exact coverage: one generator a file, all listed here with their share of a pool."""

from collections.abc import Callable

import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.feather import feather
from lfpnet.data.procedural.flag import flag
from lfpnet.data.procedural.fur import fur
from lfpnet.data.procedural.glass import defocus, glass
from lfpnet.data.procedural.grass import grass
from lfpnet.data.procedural.hair import hair
from lfpnet.data.procedural.leaves import leaves
from lfpnet.data.procedural.motion_blur import motion_blur
from lfpnet.data.procedural.net import net
from lfpnet.data.procedural.smoke import smoke

Generator = Callable[[np.random.Generator, int], Foreground]

#: Every generator by name, in the fixed order that pools count by.
GENERATORS: dict[str, Generator] = {
    generator.__name__: generator
    for generator in (hair, fur, feather, leaves, grass, net, smoke, glass, defocus, motion_blur, flag)
}

#: How often each is drawn: hair and fur lead, as in real shots; the rest is what classical methods fail on.
SHARES: dict[str, float] = {
    "hair": 0.24,
    "fur": 0.18,
    "feather": 0.06,
    "leaves": 0.08,
    "grass": 0.06,
    "net": 0.09,
    "smoke": 0.07,
    "glass": 0.05,
    "defocus": 0.05,
    "motion_blur": 0.05,
    "flag": 0.07,
}

__all__ = ["GENERATORS", "SHARES", "Generator"]
