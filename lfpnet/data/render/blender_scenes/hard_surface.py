"""Hard bodies of many colours, for motion blur and defocus: what is soft in them is the lens alone."""

import numpy as np

from .bodies import add_body, blobs, body_surface
from .colours import palette
from .materials import surface


def hard_surface(rng: np.random.Generator) -> dict:
    """One to four bodies at different depths, with limbs and holes between them."""
    for _ in range(int(rng.integers(1, 5))):
        spheres = blobs(rng) * rng.uniform(0.5, 1.0)
        spheres[:, :3] += rng.normal(0, 0.3, 3)
        body = body_surface(rng, spheres)
        material = surface(
            roughness=rng.uniform(0.1, 0.9),
            metallic=float(rng.random() < 0.2),
            coat=rng.uniform(0, 1),
            sheen=rng.choice([0.0, 0.6]),
            grain=rng.choice([0.0, 0.5]),
        )
        add_body(rng, body, palette(rng, int(rng.integers(3, 6))), material)
    return {}
