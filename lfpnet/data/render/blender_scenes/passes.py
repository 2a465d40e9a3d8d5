"""The two passes of a foreground: colour by few samples and a denoiser, alpha by many samples without any light.

The alpha's pass sees flat surfaces that shine with their own colour: every sample costs one ray, and coverage is exact.
Pixels where no sample differs stop early. Colours are unpremultiplied with the alpha of their own samples, so that
noise cancels, spread beyond the outline, and only then denoised: the denoiser sees no edge against nothing.
"""

import tempfile
import time
from pathlib import Path

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np

from .denoise import denoised
from .materials import show_flat
from .spread import spread_colours


def render_foreground(recipe: dict):
    """Render the scene.

    Returns:
        Scene-linear colour (h, w, 3) defined everywhere, alpha (h, w), processor seconds of each step.
    """
    with tempfile.TemporaryDirectory() as scratch:
        started = time.process_time()
        show_flat(is_flat=True)
        flat = _render(Path(scratch) / "flat.exr", bounces=0, samples=recipe["alpha_samples"], early=32)
        covered = time.process_time()
        show_flat(is_flat=False)
        shaded = _render(Path(scratch) / "shaded.exr", bounces=2, samples=recipe["colour_samples"], early=None)
        lit = time.process_time()
        alpha = np.clip(flat[..., 3], 0, 1)
        colour = denoised(
            spread_colours(shaded[..., :3], shaded[..., 3]), spread_colours(flat[..., :3], flat[..., 3]), scratch
        )
    seconds = {
        "alpha": round(covered - started, 2),
        "colour": round(lit - covered, 2),
        "denoise": round(time.process_time() - lit, 2),
    }
    return np.maximum(colour, 0).astype(np.float32), alpha.astype(np.float32), seconds


def _render(path: Path, *, bounces: int, samples: int, early: "int | None") -> np.ndarray:
    """Render premultiplied scene-linear RGBA.

    Args:
        path: of a scratch file.
        bounces: of light; 0 sees emission alone.
        samples: at most for a pixel.
        early: samples after which a pixel without any variation may stop.
    """
    scene = bpy.context.scene
    cycles = scene.cycles
    cycles.samples = samples
    cycles.use_adaptive_sampling = early is not None
    if early is not None:
        cycles.adaptive_min_samples, cycles.adaptive_threshold = early, 0.0005
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = bounces
    cycles.transmission_bounces = bounces and bounces + 2
    cycles.transparent_max_bounces = 256
    cycles.use_denoising = False
    cycles.sample_clamp_indirect = 4.0
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return read_pixels(path)


def read_pixels(path: Path) -> np.ndarray:
    """Pixels (h, w, 4) of an EXR as stored, the top row first."""
    picture = bpy.data.images.load(str(path))
    picture.colorspace_settings.name = "Non-Color"
    width, height = picture.size
    pixels = np.empty(width * height * 4, np.float32)
    picture.pixels.foreach_get(pixels)
    bpy.data.images.remove(picture)
    return pixels.reshape(height, width, 4)[::-1]
