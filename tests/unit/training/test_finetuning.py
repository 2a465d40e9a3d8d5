"""Fine-tuning learns from some frames, judges by others, and forgets nothing on the way."""

import sys

import cv2
import numpy as np
import pytest
import torch

from lfpnet.data.layouts import Case, find_cases
from lfpnet.data.pool import build_pool
from lfpnet.errors import ConfigurationError, ImageFileError, TrimapError
from lfpnet.estimates import ALPHAS, Estimates
from lfpnet.model.checkpoint import Provenance
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.finetuning import (
    FineTuneOptions,
    fine_tuned_provenance,
    fit,
    hold_back,
    matte_frames,
    mean_figures,
    read_frames,
    usable_frames,
)
from lfpnet.training.finetuning.layers import extended_layers
from lfpnet.training.finetuning.stream import ShotStream
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)
OPTIONS = FineTuneOptions(
    steps=6, inner_size=48, batch_size=2, check_steps=2, check_samples=2, learning_rate=2e-3, patience=9
)
CARD = Provenance("parent", "CC-BY-4.0", "pytest", {"steps": 3})


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shots")
    rows, columns = np.mgrid[:72, :96].astype(np.float32)
    for number in range(4):
        alpha = np.clip((26 - np.hypot(rows - 36, columns - 40 - 3 * number)) / 6, 0, 1)
        texture = np.stack([columns * 2, rows * 3, 200 - columns], axis=2)
        plate = alpha[..., None] * np.array([30, 60, 220]) + (1 - alpha[..., None]) * texture
        for part, pixels in (("plate", plate), ("alpha", alpha * 255)):
            (folder / part).mkdir(exist_ok=True)
            cv2.imwrite(str(folder / part / f"{number}.png"), np.rint(pixels).astype(np.uint8))
    return folder


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return build_pool(tmp_path_factory.mktemp("pool"), 3, 5, procedural_backgrounds=2, size=64)


@pytest.fixture(scope="module")
def frames(shots):
    return read_frames(find_cases(shots))


def test_every_so_many_th_frame_is_held_back(shots):
    cases = find_cases(shots)
    taught, held = hold_back(cases, every=2)
    assert [case.name for case in held] == ["1", "3"]
    assert [case.name for case in taught] == ["0", "2"]
    assert [case.name for case in hold_back(cases, every=9)[1]] == ["3"]
    assert [case.name for case in hold_back(cases, names=["0"])[1]] == ["0"]


def test_frames_of_a_shot_are_named_with_or_without_it(shots):
    first, *_ = find_cases(shots)
    cases = [Case(f"sh010/{frame}", first.plate, first.alpha) for frame in (1001, 1002)]
    assert [case.name for case in hold_back(cases, names=["1002"])[1]] == ["sh010/1002"]


@pytest.mark.parametrize(
    ("count", "how", "sentence"),
    [
        (1, {}, "at least two frames"),
        (4, {"every": 1}, "every 2nd"),
        (4, {"names": ["7"]}, "got 7; name frames"),
        (4, {"names": ["0", "1", "2", "3"]}, "hold back fewer"),
    ],
)
def test_what_cannot_be_held_back_is_a_sentence(shots, count, how, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        hold_back(find_cases(shots)[:count], **how)


def test_colours_are_extended_beyond_the_alpha(frames):
    frame = frames[0]
    is_solid, is_absent = frame.alpha == 255, frame.alpha == 0
    assert np.abs(frame.foreground[is_solid].astype(int) - frame.plate[is_solid]).max() <= 2
    assert np.abs(frame.background[is_absent].astype(int) - frame.plate[is_absent]).max() <= 2
    is_near = (frame.alpha > 60) & (frame.alpha < 128)
    assert np.abs(frame.foreground[is_near].astype(int) - [220, 60, 30]).mean() < 25  # not the plate's mixture


def test_known_layers_are_taken_where_they_are_true():
    plate = np.full((6, 6, 3), 0.5, np.float32)
    alpha = np.zeros((6, 6), np.float32)
    alpha[:, 3:] = 0.5
    red, blue = (np.broadcast_to(np.float32(colour), plate.shape) for colour in ([1, 0, 0], [0, 0, 1]))
    foreground, background = extended_layers(plate, alpha, red, blue)
    assert (foreground[:, 3:] == [1, 0, 0]).all()
    assert (background == [0, 0, 1]).all()


def test_without_pymatting_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymatting", None)
    with pytest.raises(ConfigurationError, match="pip install pymatting"):
        extended_layers(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.float32))


def test_a_frame_that_is_known_everywhere_is_refused(shots, tmp_path):
    (case, *_) = find_cases(shots)
    trimap = tmp_path / "trimap.png"
    cv2.imwrite(str(trimap), np.zeros((72, 96), np.uint8))
    known = Case("known", case.plate, case.alpha, trimap)
    with pytest.raises(TrimapError, match="leave the frame out"):
        read_frames([known])
    with pytest.raises(TrimapError, match="leave the frame out"):
        usable_frames([case, known])


def test_frames_that_cannot_be_used_are_skipped_by_name_before_anything_is_computed(shots, tmp_path):
    first, second, *_ = find_cases(shots)
    broken = tmp_path / "broken.png"
    broken.write_bytes(second.plate.read_bytes()[:-200])  # its header is whole
    small = tmp_path / "small.png"
    cv2.imwrite(str(small), np.zeros((36, 48), np.uint8))
    frames = [first, Case("cut", broken, second.alpha), Case("odd", second.plate, small), second]
    skipped = []
    assert usable_frames(frames, on_skip=skipped.append) == [first, second]
    assert [str(name) in sentence for name, sentence in zip((broken, small), skipped, strict=True)] == [True, True]
    with pytest.raises(ImageFileError, match="broken"):
        usable_frames(frames)


def test_samples_are_numbered_and_hold_unknown_pixels_that_never_contradict_alpha(pool, frames):
    stream, again = (ShotStream(pool, frames, 24, seed=3, procedural_share=0.3) for _ in range(2))
    for index in range(40):
        sample = stream.sample(index)
        assert sample.plate.shape == (48, 48, 3)
        assert (sample.trimap[12:36, 12:36] == UNKNOWN).any()
        assert (sample.alpha[sample.trimap == FOREGROUND] == 255).all()
        assert (sample.alpha[sample.trimap == BACKGROUND] == 0).all()
        assert np.array_equal(sample.plate, again.sample(index).plate)


def test_a_crop_as_it_was_shot_is_a_part_of_the_plate_whose_layers_compose_it(pool, frames):
    stream = ShotStream(pool, frames, 16, seed=3, procedural_share=0.0, as_shot=1.0)
    errors = []
    for index in range(12):
        sample = stream.sample(index)
        weight = sample.alpha[..., None] / 255
        composed = weight * sample.foreground + (1 - weight) * sample.background
        errors.append(np.abs(composed - sample.plate).mean())
    assert np.mean(errors) < 4


def test_estimates_of_whole_frames_lie_under_the_crops_that_keep_their_trimap(pool, shots):
    frames = read_frames(find_cases(shots), has_estimates=True)
    plate = frames[0].plate.astype(np.float32) / 255
    whole = Estimates.of_plate(plate, frames[0].trimap, is_linear=False).over(plate, frames[0].trimap, 0, 0)
    assert np.abs(frames[0].estimates / 255 - whole).max() < 0.01
    stream = ShotStream(pool, frames, 16, seed=3, procedural_share=0.0, as_shot=1.0, own_trimap=1.0)
    errors = []
    for index in range(20):
        sample = stream.sample(index)
        assert (sample.estimates[sample.trimap == FOREGROUND, :ALPHAS] == 255).all()
        errors.append(np.abs(sample.estimates[..., 0].astype(int) - sample.alpha).mean())
    assert np.mean(errors) < 12  # under another place of the frame they would be off by 50
    redrawn = ShotStream(pool, frames, 16, seed=3, procedural_share=0.0, as_shot=1.0, own_trimap=0.0)
    assert redrawn.sample(0).estimates is None


def test_the_procedural_share_is_kept(pool, frames):
    only_pool = ShotStream(pool, frames, 16, seed=3, procedural_share=0.999)
    reds = [only_pool.sample(index).foreground.reshape(-1, 3).mean(axis=0) for index in range(6)]
    assert np.std(reds) > 10  # the shot has one colour


def test_a_fit_keeps_statistics_lowers_the_held_back_error_and_leaves_the_parent_alone(pool, shots):
    torch.manual_seed(0)
    parent = build_network(NETWORK).eval()
    before = {name: value.clone() for name, value in parent.state_dict().items()}
    taught, held = hold_back(find_cases(shots))
    seen = []
    fitted = fit(
        parent, read_frames(taught), read_frames(held), pool, OPTIONS, progress=lambda step, _values: seen.append(step)
    )
    assert seen == [1, 2, 3, 4, 5, 6]
    assert [check.step for check in fitted.checks] == [0, 2, 4, 6]
    assert fitted.best.shot_mse == min(check.shot_mse for check in fitted.checks)
    assert fitted.best.step > 0
    assert all(value.equal(before[name]) for name, value in parent.state_dict().items())
    assert all(value.equal(before[name]) for name, value in fitted.network.named_buffers())
    figures = mean_figures(matte_frames(fitted.network, CARD, held, device="cpu"))
    assert figures["mse"] > 0
    card = fine_tuned_provenance(
        CARD, fitted, name="new", made_by="x", taught=taught, held=held, figures={"after": figures}
    )
    assert card.licence == "CC-BY-4.0"
    assert card.facts["parent"] == "parent"
    assert card.facts["held-back frames"] == ["3"]


def test_a_fit_ends_when_nothing_is_gained_when_the_time_is_up_or_when_asked(pool, frames):
    torch.manual_seed(0)
    parent = build_network(NETWORK).eval()

    def ended(is_stopped=None, **changes):
        return fit(parent, frames[:2], frames[2:], pool, FineTuneOptions(**{**vars(OPTIONS), **changes}),
                   is_stopped=is_stopped)  # fmt: skip

    useless = ended(learning_rate=0.0, patience=2)
    assert (useless.steps, useless.best.step) == (4, 0)
    assert "gained nothing for 2 looks" in useless.reason
    assert ended(minutes=1e-9).reason == "the time was up"
    assert ended(lambda: True).steps == 1


@pytest.mark.parametrize(
    "change", [{"minutes": 0}, {"procedural_share": 1.0}, {"patience": 0}, {"check_steps": 0}, {"check_samples": 0}]
)
def test_options_out_of_range_are_refused(change):
    with pytest.raises(ConfigurationError, match="Expected"):
        FineTuneOptions(**change)
