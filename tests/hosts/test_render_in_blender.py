"""A tiny picture by Blender's Cycles itself; `LFPNET_BLENDER` names a Blender or a Python with bpy."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.data.render import KINDS, render_foregrounds

PROGRAM = os.environ.get("LFPNET_BLENDER", "")
pytestmark = pytest.mark.skipif(not PROGRAM, reason="LFPNET_BLENDER names no Blender to render with")


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_every_kind_renders_with_exact_solid_and_empty_pixels(tmp_path):
    kinds = tuple(KINDS)
    summary = render_foregrounds(
        tmp_path, len(kinds), 42, blender=Path(PROGRAM), size=64, kinds=kinds, alpha_samples=64
    )
    assert summary.failures == ()
    assert summary.rendered >= len(kinds) - 1  # a seed may look past its subject
    for path in sorted(tmp_path.glob("*.png")):
        pixels = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
        alpha, about = pixels[..., 3], json.loads(path.with_suffix(".json").read_text())
        assert pixels.dtype == np.uint16
        assert pixels.shape == (64, 64, 4)
        assert (alpha == 0).any() or (alpha == 65535).any()
        assert ((alpha > 0) & (alpha < 65535)).any()
        assert pixels[..., :3].max(2).min() > 0  # no black fringe: colours reach beyond the outline
        assert about["seconds"]["wall"] > 0


def test_the_same_seed_renders_the_same_picture(tmp_path):
    for name in ("once", "again"):
        render_foregrounds(tmp_path / name, 1, 7, blender=Path(PROGRAM), size=48, kinds=("tuft",), alpha_samples=32)
    first, second = (cv2.imread(str(next((tmp_path / name).glob("*.png"))), -1) for name in ("once", "again"))
    assert np.abs(np.asarray(first).astype(int) - np.asarray(second)).max() <= 64
