"""Our `lfpnet` and the published network are the same function."""

from pathlib import Path

import numpy as np
import pytest
import torch
from parity_weights import scene

from lfpnet.inference import MatteOptions, Predictor
from lfpnet.model.checkpoint import Provenance
from lfpnet.model.encoding import encode_patch

pytestmark = pytest.mark.heavy  # 117 million parameters

VECTORS = Path(__file__).parents[2] / "data"


def _single_case(side):
    """The middle of a scene as inner patch, all of it as context patch."""
    plate, trimap = scene(2 * side, 2 * side)
    display = (plate / 255.0).astype(np.float32)
    middle = slice(side // 2, side // 2 + side)
    inner_plate = np.ascontiguousarray(display[middle, middle])
    inner = encode_patch(inner_plate, np.ascontiguousarray(trimap[middle, middle]))
    tensors = (inner, encode_patch(display, trimap), np.ascontiguousarray(inner_plate.transpose(2, 0, 1)))
    return [torch.from_numpy(one)[None] for one in tensors]


def test_one_forward_agrees_with_the_published_network(parity_network):
    expected = np.load(VECTORS / "parity_single_320.npz")["matte"]
    with torch.inference_mode():
        predicted = torch.cat(parity_network(*_single_case(320))[:3], dim=1)[0, :, ::5, ::5].numpy()
    difference = np.abs(predicted - expected)
    assert difference.max() < 1e-4
    assert difference.mean() < 5e-6


def test_a_batch_gives_what_its_patches_give_alone(parity_network):
    first, second = _single_case(64), [torch.flip(one, dims=(-1,)) for one in _single_case(64)]
    with torch.inference_mode():
        together = parity_network(*(torch.cat(pair) for pair in zip(first, second, strict=True)))
        alone = parity_network(*second)
    assert torch.allclose(together.alpha[1:], alone.alpha, atol=1e-5)
    assert torch.allclose(together.foreground[1:], alone.foreground, atol=1e-5)


def test_the_exact_plan_agrees_with_the_published_script(parity_network):
    vectors = np.load(VECTORS / "parity_published_900x700_p320.npz")
    step = int(vectors["step"])
    plate, trimap = scene(700, 900)
    predictor = Predictor(parity_network, Provenance("parity", "none", "test"), device="cpu", precision="fp32")
    options = MatteOptions(plan="exact", tile=320)
    matte = predictor.matte((plate / 255.0).astype(np.float32), trimap, is_linear=False, options=options)
    alpha = matte.alpha[::step, ::step]
    is_unknown = trimap[::step, ::step] == 128
    assert np.abs(alpha * 255 - vectors["blend_255"])[is_unknown].max() < 0.03
    assert np.abs(np.floor(alpha * 255) - vectors["alpha_8bit"]).max() <= 1
