"""What a predictor promises, whatever the weights say."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.colour import srgb_decode
from lfpnet.errors import CancelledError, ConfigurationError, DeviceError, SizeMismatchError
from lfpnet.inference import MatteOptions, Predictor
from lfpnet.inference.device import choose_device, choose_precision
from lfpnet.model.checkpoint import Provenance
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network

SMALL = MatteOptions(tile=64)


@pytest.fixture
def predictor(lean_network):
    return Predictor(lean_network, Provenance("test", "none", "test"), device="cpu", precision="fp32")


def _case(height, width, *, brightest=1.0):
    rng = np.random.default_rng(height * 1000 + width)
    plate = rng.random((height, width, 3), np.float32) * np.float32(brightest)
    trimap = rng.choice(np.array([0, 128, 128, 255], np.uint8), (height, width))
    return plate, trimap


def _worst_relative_error(matte, plate):
    alpha = matte.alpha[..., None]
    again = alpha * matte.foreground.astype(np.float64) + (1 - alpha) * matte.background
    is_mixed = (matte.alpha > 0) & (matte.alpha < 1)
    return (np.abs(again - plate) / np.maximum(np.abs(plate), 1e-6))[is_mixed].max(initial=0)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (37, 19), (200, 130), (5, 700)])
@pytest.mark.parametrize("plan", ["published", "exact", "fast"])
def test_plates_of_any_size_are_matted_and_their_known_pixels_kept(predictor, height, width, plan):
    plate, trimap = _case(height, width)
    matte = predictor.matte(plate, trimap, options=MatteOptions(plan=plan, tile=64))
    assert matte.alpha.shape == (height, width)
    assert (matte.alpha[trimap == 255] == 1).all()
    assert (matte.alpha[trimap == 0] == 0).all()
    assert matte.alpha.min() >= 0
    assert matte.alpha.max() <= 1


@pytest.mark.parametrize("brightest", [1.0, 60.0])
def test_the_layers_reproduce_a_linear_plate(predictor, brightest):
    plate, trimap = _case(150, 90, brightest=brightest)
    matte = predictor.matte(plate, trimap, options=SMALL)
    assert _worst_relative_error(matte, plate) < 1e-5
    assert np.array_equal(matte.foreground[trimap == 255], plate[trimap == 255])
    assert np.array_equal(matte.background[trimap == 0], plate[trimap == 0])


def test_the_layers_of_a_display_encoded_plate_are_scene_linear(predictor):
    plate, trimap = _case(80, 90)
    matte = predictor.matte(plate, trimap, is_linear=False, options=SMALL)
    assert _worst_relative_error(matte, srgb_decode(plate)) < 1e-5


def test_layers_stored_as_half_still_reproduce_the_plate(predictor):
    plate, trimap = _case(120, 90, brightest=20)
    matte = predictor.matte(plate + np.float32(0.01), trimap, options=MatteOptions(tile=64, alpha_depth="half"))
    stored = type(matte)(*(part.astype(np.float16).astype(np.float32) for part in vars(matte).values()))
    assert np.array_equal(stored.alpha, matte.alpha)
    assert _worst_relative_error(stored, plate + np.float32(0.01)) < 1e-3


def test_the_exact_plan_gives_the_alpha_of_the_published_one(predictor):
    plate, trimap = _case(300, 280)
    trimap[:, 100:] = 0
    alphas = [
        predictor.matte(plate, trimap, options=MatteOptions(plan=p, tile=64)).alpha for p in ("published", "exact")
    ]
    assert np.allclose(*alphas, atol=1e-6)


def test_augmentation_is_the_mean_of_the_eight_turns_of_the_patch(predictor, monkeypatch):
    # What the plate proves of alpha comes after the mean.
    monkeypatch.setattr("lfpnet.inference.predictor.restore_possible_alpha", lambda *_, **__: None)
    plate, trimap = _case(64, 64)
    trimap[0, 0], trimap[-1, -1] = 128, 128
    options = MatteOptions(tile=80, has_augmentation=True)  # one tile, centred: the plate turned is the patch turned
    alphas = []
    for turned in range(4):
        for is_mirrored in (False, True):
            pair = [np.rot90(a, turned) for a in (plate, trimap)]
            pair = [np.ascontiguousarray(np.flipud(a) if is_mirrored else a) for a in pair]
            alpha = predictor.matte(*pair, options=MatteOptions(tile=80)).alpha
            alphas.append(np.rot90(np.flipud(alpha) if is_mirrored else alpha, -turned))
    expected = np.mean(alphas, axis=0)
    assert np.allclose(predictor.matte(plate, trimap, options=options).alpha, expected, atol=1e-4)


def test_a_trimap_without_unknown_pixels_is_the_alpha(predictor):
    plate, trimap = _case(40, 40)
    trimap[trimap == 128] = 255
    matte = predictor.matte(plate, trimap)
    assert np.array_equal(matte.alpha * 255, trimap)


def test_the_foreground_goes_on_beyond_the_unknown_region(predictor):
    plate = np.zeros((64, 96, 3), np.float32)
    plate[:, :32], plate[:, 32:] = (0.8, 0.1, 0.1), (0.1, 0.1, 0.8)
    trimap = np.full((64, 96), 0, np.uint8)
    trimap[:, :28], trimap[:, 28:36] = 255, 128
    matte = predictor.matte(plate, trimap, options=SMALL)
    assert matte.foreground[32, 90, 0] > matte.foreground[32, 90, 2]
    assert matte.background[32, 5, 2] > matte.background[32, 5, 0]


def test_truncation_leaves_256_levels_rounded_down(predictor):
    plate, trimap = _case(64, 64)
    full = predictor.matte(plate, trimap, options=SMALL).alpha
    truncated = predictor.matte(plate, trimap, options=MatteOptions(tile=64, is_truncated=True)).alpha
    assert np.array_equal(np.round(truncated * 255), np.floor(full * 255))


def test_progress_counts_every_tile_and_a_preview_comes_first(predictor):
    plate, trimap = _case(200, 200)
    told = []
    matte = predictor.matte(plate, trimap, options=SMALL, progress=lambda *n: told.append(n), preview=told.append)
    coarse, *counts = told
    assert coarse.shape == matte.alpha.shape
    assert (coarse[trimap == 255] == 1).all()
    assert [done for done, _ in counts] == list(range(1, counts[0][1] + 1))


def test_cancelling_stops_between_tiles(predictor):
    plate, trimap = _case(200, 200)
    told = []
    with pytest.raises(CancelledError, match="after 2 of"):
        predictor.matte(
            plate, trimap, options=SMALL, progress=lambda *n: told.append(n), is_cancelled=lambda: len(told) == 2
        )
    assert len(told) == 2


def test_cancelling_stops_the_estimates_before_the_first_tile():
    plate, trimap = _case(96, 96)
    network = build_network(LFPNetConfig.of_preset("lfpnet-guided"))
    predictor = Predictor(network, Provenance("test", "none", "test"), device="cpu")
    asked = []
    with pytest.raises(CancelledError, match="before its first tile"):
        predictor.matte(plate, trimap, options=SMALL, is_cancelled=lambda: asked.append(1) or len(asked) == 3)
    assert len(asked) == 3


def test_running_out_of_memory_goes_on_with_smaller_tiles(predictor, monkeypatch, caplog):
    plate, trimap = _case(200, 200)
    forward = type(predictor._network).forward

    def limited(self, inner, context, plate):
        if inner.shape[-1] > 64:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, inner, context, plate)

    monkeypatch.setattr(type(predictor._network), "forward", limited)
    matte = predictor.matte(plate, trimap, options=MatteOptions(tile=256))
    assert np.array_equal(matte.alpha, predictor.matte(plate, trimap, options=SMALL).alpha)
    assert "going on with 64" in caplog.text


def test_memory_that_does_not_even_hold_the_smallest_tile_is_said(predictor, monkeypatch):
    def refuse(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(type(predictor._network), "forward", refuse)
    with pytest.raises(DeviceError, match="use a smaller --tile"):
        predictor.matte(*_case(64, 64), options=MatteOptions(tile=128))


def test_pixels_that_are_no_numbers_are_counted_and_replaced(predictor, caplog):
    plate, trimap = _case(64, 64)
    plate[3, 4], plate[5, 6, 0] = np.nan, np.inf
    matte = predictor.matte(plate, trimap, options=SMALL)
    assert np.isfinite(matte.foreground).all()
    assert np.isfinite(matte.background).all()
    assert "2 pixels that are NaN or infinite" in caplog.text
    assert np.isnan(plate[3, 4]).all()


def test_a_trimap_of_another_size_is_refused_with_both_sizes(predictor):
    with pytest.raises(SizeMismatchError, match=r"10 x 20 .* 10 x 21"):
        predictor.matte(np.zeros((20, 10, 3), np.float32), np.zeros((21, 10), np.uint8))


@settings(max_examples=10)
@given(st.integers(1, 90), st.integers(1, 90))
def test_presets_without_a_propagating_module_matte_too(height, width):
    torch.manual_seed(0)
    widths = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
    network = build_network(LFPNetConfig.of_preset("lfpnet-compact", propagating="none", **widths))
    predictor = Predictor(network, Provenance("test", "none", "test"), device="cpu")
    plate, trimap = _case(height, width)
    previews = []
    assert predictor.matte(plate, trimap, options=SMALL, preview=previews.append).alpha.shape == (height, width)
    assert previews == []


def test_devices_and_precisions_that_do_not_exist_are_refused():
    with pytest.raises(ConfigurationError, match="got 'gpu'"):
        choose_device("gpu")
    with pytest.raises(DeviceError, match="cuda:9"):
        choose_device("cuda:9")
    with pytest.raises(ConfigurationError, match="got 'fp8'"):
        choose_precision("fp8", torch.device("cpu"))
    with pytest.raises(ConfigurationError, match="use 'bf16'"):
        choose_precision("fp16", torch.device("cpu"))
