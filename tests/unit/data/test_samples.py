from pathlib import Path

import numpy as np
import pytest

from lfpnet.data.composite import composite
from lfpnet.data.contact_sheet import contact_sheet
from lfpnet.data.foreground_files import check_foregrounds, find_foregrounds
from lfpnet.data.pool import Pool, build_pool
from lfpnet.data.samples import SampleChances, SampleStream
from lfpnet.errors import ConfigurationError
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    return build_pool(tmp_path_factory.mktemp("pool"), 12, seed=3, procedural_backgrounds=4, size=128)


@pytest.mark.parametrize("inner_size", [8, 33, 128])
def test_samples_have_the_context_size_in_every_part(pool: Pool, inner_size: int) -> None:
    sample = SampleStream(pool, inner_size, seed=0).sample(0)
    side = 2 * inner_size
    for colour in (sample.plate, sample.foreground, sample.background, sample.clean_plate):
        assert colour.shape == (side, side, 3)
        assert colour.dtype == np.uint8
    for grey in (sample.trimap, sample.alpha):
        assert grey.shape == (side, side)
        assert grey.dtype == np.uint8


def test_a_sample_depends_on_seed_and_index_alone(pool: Pool) -> None:
    stream, again = SampleStream(pool, 48, seed=9), SampleStream(pool, 48, seed=9)
    stream.sample(0)
    stream.sample(1)
    first, second = stream.sample(7), again.sample(7)
    for name in ("plate", "trimap", "alpha", "foreground", "background"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert not np.array_equal(first.plate, SampleStream(pool, 48, seed=10).sample(7).plate)
    assert not np.array_equal(first.plate, stream.sample(8).plate)


def test_trimaps_never_contradict_alpha_and_the_inner_patch_holds_unknown_pixels(pool: Pool) -> None:
    stream = SampleStream(pool, 32, seed=1)
    for index in range(60):
        sample = stream.sample(index)
        assert (sample.alpha[sample.trimap == FOREGROUND] == 255).all()
        assert (sample.alpha[sample.trimap == BACKGROUND] == 0).all()
        assert (sample.trimap[16:48, 16:48] == UNKNOWN).any()


def test_the_clean_plate_is_the_composite_of_the_parts(pool: Pool) -> None:
    stream = SampleStream(pool, 32, seed=2)
    linear = 0
    for index in range(30):
        sample = stream.sample(index)
        linear += sample.is_linear
        expected = composite(sample.foreground, sample.background, sample.alpha, is_linear=sample.is_linear)
        assert np.array_equal(sample.clean_plate, expected)
        if not sample.is_linear:
            weight = sample.alpha[..., None] / 255
            equation = weight * sample.foreground + (1 - weight) * sample.background
            assert np.abs(sample.clean_plate - equation).max() <= 0.51
    assert 0 < linear < 30


def test_the_camera_is_mild(pool: Pool) -> None:
    stream = SampleStream(pool, 32, seed=4)
    differences = [np.abs(s.plate.astype(int) - s.clean_plate).mean() for s in map(stream.sample, range(40))]
    assert max(differences) < 16
    assert np.median(differences) < 5


def test_a_stream_without_chances_takes_the_drawn_foreground_as_it_is(pool: Pool) -> None:
    off = SampleChances(**dict.fromkeys(SampleChances.__dataclass_fields__, 0.0))
    sample = SampleStream(pool, 32, seed=4, chances=off).sample(0)
    assert np.array_equal(sample.plate, sample.clean_plate)
    assert not sample.is_linear


def test_every_step_can_be_taken_at_once(pool: Pool) -> None:
    on = SampleChances(**dict.fromkeys(SampleChances.__dataclass_fields__, 1.0))
    sample = SampleStream(pool, 32, seed=4, chances=on).sample(0)
    assert not (sample.trimap == FOREGROUND).any()
    assert sample.is_linear


def test_a_tiny_inner_patch_is_refused(pool: Pool) -> None:
    with pytest.raises(ConfigurationError, match="at least 8 px"):
        SampleStream(pool, 7, seed=0)


def test_a_contact_sheet_has_a_row_for_each_sample(pool: Pool) -> None:
    sheet = contact_sheet(SampleStream(pool, 16, seed=0), 3, columns=2)
    assert sheet.shape == (2 * 36, 2 * 5 * 36, 3)
    assert sheet.dtype == np.uint8


def test_photographs_are_used_as_backgrounds(tmp_path: Path) -> None:
    import cv2

    red = np.zeros((300, 260, 3), np.uint8)
    red[..., 2] = 255
    cv2.imwrite(str(tmp_path / "red.png"), red)
    pool = build_pool(
        tmp_path / "pool", 2, seed=0, backgrounds=[tmp_path / "red.png"], procedural_backgrounds=0, size=64
    )
    off = SampleChances(**dict.fromkeys(SampleChances.__dataclass_fields__, 0.0))
    sample = SampleStream(pool, 32, seed=0, chances=off).sample(0)
    assert (sample.background == [255, 0, 0]).all()


def test_motion_blur_and_light_wrap_leave_the_parts_consistent_with_the_plate(pool: Pool) -> None:
    chances = SampleChances(motion_blur=1.0, moving_background=0.5, light_wrap=1.0)
    stream, still = SampleStream(pool, 32, seed=4, chances=chances), SampleStream(pool, 32, seed=4)
    changed = 0
    for index in range(20):
        sample = stream.sample(index)
        expected = composite(sample.foreground, sample.background, sample.alpha, is_linear=sample.is_linear)
        assert np.array_equal(sample.clean_plate, expected)
        assert (sample.alpha[sample.trimap == FOREGROUND] == 255).all()
        assert (sample.alpha[sample.trimap == BACKGROUND] == 0).all()
        changed += not np.array_equal(sample.alpha, still.sample(index).alpha)
    assert changed > 10


def test_gathered_foregrounds_are_as_much_of_the_samples_as_the_share_says(tmp_path: Path) -> None:
    import cv2

    red = np.zeros((48, 48, 4), np.uint8)
    red[8:40, 8:40] = 0, 0, 255, 255
    (tmp_path / "set").mkdir()
    cv2.imwrite(str(tmp_path / "set" / "red.png"), red)
    files = check_foregrounds(find_foregrounds(tmp_path / "set"))
    off = SampleChances(**dict.fromkeys(SampleChances.__dataclass_fields__, 0.0))
    shares = {}
    for share in (None, 0.7):
        pool = build_pool(
            tmp_path / str(share), 9, 1, procedural_backgrounds=1, foregrounds=files, share=share, size=48
        )
        stream = SampleStream(pool, 8, seed=1, chances=off)
        shares[share] = np.mean([(stream.sample(index).foreground == [255, 0, 0]).all() for index in range(300)])
    assert 0.04 < shares[None] < 0.18
    assert 0.6 < shares[0.7] < 0.8
