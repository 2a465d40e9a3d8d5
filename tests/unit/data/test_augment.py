import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.data import augment
from lfpnet.data.composite import composite
from lfpnet.data.smear import path_kernel, smear
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture
def plate(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (40, 52, 3), dtype=np.uint8)


def disc(side: int, radius: float) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
    return np.clip((radius - np.hypot(x, y) + 0.5) * 255, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [augment.Gamma(), augment.Contrast(), augment.Saturation(), augment.GreyScale(), augment.Grain(),
     augment.Compression(), augment.Sharpness(), augment.Defocus()],
    ids=lambda change: type(change).__name__,
)  # fmt: skip
def test_every_pixel_augmentation_keeps_shape_changes_pixels_and_repeats(change: object, plate: np.ndarray) -> None:
    assert callable(change)
    first, second = (change(np.random.default_rng(5), plate) for _ in range(2))
    assert first.shape == plate.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert not np.array_equal(first, plate)


def test_gamma_keeps_black_and_white() -> None:
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    for seed in range(5):
        assert np.array_equal(augment.Gamma()(np.random.default_rng(seed), ends), ends)


def test_gamma_is_the_power_of_the_value() -> None:
    grey = np.full((1, 1, 3), 128, np.uint8)
    assert augment.Gamma((2.0, 2.0))(np.random.default_rng(0), grey)[0, 0, 0] == round(255 * (128 / 255) ** 2)


def test_grey_scale_leaves_three_equal_channels(rng: np.random.Generator, plate: np.ndarray) -> None:
    grey = augment.GreyScale()(rng, plate)
    assert np.array_equal(grey[..., 0], grey[..., 1])
    assert np.array_equal(grey[..., 0], grey[..., 2])


def test_saturation_of_one_changes_nothing_and_greys_stay_grey(rng: np.random.Generator, plate: np.ndarray) -> None:
    assert np.array_equal(augment.Saturation((1.0, 1.0))(rng, plate), plate)
    grey = np.repeat(plate[..., :1], 3, axis=2)
    assert np.abs(augment.Saturation()(rng, grey).astype(int) - grey).max() <= 1


def test_contrast_without_offset_and_cast_scales_about_mid_grey(rng: np.random.Generator) -> None:
    pixels = np.array([[[100, 127, 150]]], np.uint8)
    changed = augment.Contrast((2.0, 2.0), offset=0.0, cast=0.0)(rng, pixels)
    assert changed.tolist() == [[[72, 126, 172]]]


def test_grain_has_the_deviation_that_was_asked_for(rng: np.random.Generator) -> None:
    flat = np.full((200, 200, 3), 128, np.uint8)
    noisy = augment.Grain((5.0, 5.0))(rng, flat).astype(float)
    assert noisy.std() == pytest.approx(5.0, rel=0.1)
    assert noisy.mean() == pytest.approx(128.0, abs=0.5)


def test_grain_covers_plates_larger_than_its_tile(rng: np.random.Generator) -> None:
    flat = np.full((1100, 1030, 3), 128, np.uint8)
    assert augment.Grain((5.0, 5.0))(rng, flat)[1024:, 1024:].std() > 2


def test_defocus_keeps_the_mean_and_lowers_the_spread(rng: np.random.Generator, plate: np.ndarray) -> None:
    blurred = augment.Defocus()(rng, plate)
    assert blurred.mean() == pytest.approx(plate.mean(), abs=2.5)
    assert blurred.std() < plate.std()


def test_camouflage_moves_colours_towards_the_foreground(rng: np.random.Generator, plate: np.ndarray) -> None:
    foreground = np.zeros((40, 52, 3), np.uint8) + np.array([200, 40, 40], np.uint8)
    solid = np.full((40, 52), 255, np.uint8)
    hidden = augment.Camouflage((0.9, 0.9))(rng, plate, foreground, solid)
    before = np.abs(plate.reshape(-1, 3).mean(0) - [200, 40, 40]).sum()
    assert np.abs(hidden.reshape(-1, 3).mean(0) - [200, 40, 40]).sum() < 0.25 * before
    assert np.array_equal(augment.Camouflage()(rng, plate, foreground, 0 * solid), plate)


def test_texture_brings_in_the_photographs_detail(rng: np.random.Generator, plate: np.ndarray) -> None:
    flat = np.full_like(plate, 120)
    assert augment.Texture((0.5, 0.5))(rng, flat, plate).std() > 10


def test_affine_takes_the_anchor_to_its_target() -> None:
    for seed in range(20):
        matrix = augment.RandomAffine()(np.random.default_rng(seed), (30.0, 70.0), (12.0, 9.0))
        assert matrix @ [30, 70, 1] == pytest.approx([12, 9])
        scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
        assert 0.5 - 1e-6 <= scale <= 2.0 + 1e-6


@pytest.mark.parametrize("scale", [0.5, 0.6, 1.0, 2.0])
def test_a_warped_ramp_lies_where_the_matrix_says(scale: float) -> None:
    ramp = np.tile(np.arange(0, 200, 2, dtype=np.uint8), (100, 1))
    matrix = np.array([[scale, 0.0, -10.0], [0.0, scale, 0.0]])
    crop = augment.warp(ramp, matrix, 24).astype(float)
    source_x = (np.arange(24) + 10) / scale
    assert np.abs(crop[12] - 2 * source_x).max() <= 1.01


def test_shrinking_averages_instead_of_skipping() -> None:
    checks = ((np.indices((64, 64)).sum(axis=0) % 2) * 255).astype(np.uint8)
    small = augment.warp(checks, np.array([[0.5, 0, 0], [0, 0.5, 0]]), 32)
    assert np.abs(small.astype(int) - 128).max() <= 2


def test_beyond_its_edge_a_foreground_is_mirrored() -> None:
    solid = np.full((16, 16), 255, np.uint8)
    assert (augment.warp(solid, np.array([[1.0, 0, 9], [0, 1, 9]]), 40) == 255).all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_merging_two_foregrounds_equals_laying_one_after_the_other(a1: int, a2: int, f1: int, f2: int) -> None:
    def flat(value: int) -> np.ndarray:
        return np.full((1, 1, 3), value, np.uint8)

    def cover(value: int) -> np.ndarray:
        return np.full((1, 1), value, np.uint8)

    background = flat(90)
    merged, alpha = augment.merge_foregrounds((flat(f1), cover(a1)), (flat(f2), cover(a2)))
    w1, w2 = a1 / 255, a2 / 255
    expected = w1 * f1 + (1 - w1) * (w2 * f2 + (1 - w2) * 90)
    assert alpha[0, 0] == pytest.approx(255 * (1 - (1 - w1) * (1 - w2)), abs=0.51)
    assert composite(merged, background, alpha)[0, 0, 0] == pytest.approx(expected, abs=2.0)
    if a1 == 255 or a2 == 255:
        assert alpha[0, 0] == 255


def test_erosion_and_dilation_agree_with_slow_distances_but_for_the_ring() -> None:
    alpha = disc(33, 10)
    trimap = augment.ErosionDilation((4.0, 4.0))(np.random.default_rng(0), alpha)
    rows, columns = np.indices(alpha.shape)
    known = np.stack([rows, columns], axis=-1)
    for value, mark in ((255, FOREGROUND), (0, BACKGROUND)):
        others = known[alpha != value]
        far = np.array([[np.hypot(*(others - [r, c]).T).min() for c in range(33)] for r in range(33)])
        assert (trimap[(alpha == value) & (far > 4.5)] == mark).all()
        assert (trimap[(alpha == value) & (far < 3.7)] == UNKNOWN).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000))
def test_a_trimap_never_contradicts_alpha(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    alpha = rng.choice(np.array([0, 0, 0, 90, 255, 255, 255], np.uint8), (height, width))
    trimap = augment.ErosionDilation((0.5, 6.0))(rng, alpha)
    assert (alpha[trimap == FOREGROUND] == 255).all()
    assert (alpha[trimap == BACKGROUND] == 0).all()
    assert set(np.unique(trimap)) <= {BACKGROUND, UNKNOWN, FOREGROUND}


def test_the_border_of_the_crop_is_no_edge() -> None:
    trimap = augment.ErosionDilation((5.0, 5.0))(np.random.default_rng(0), np.full((20, 20), 255, np.uint8))
    assert (trimap == FOREGROUND).all()


def test_foreground_to_unknown_leaves_no_foreground(rng: np.random.Generator) -> None:
    trimap = np.array([[0, 128, 255]], np.uint8)
    assert augment.ForegroundToUnknown()(rng, trimap).tolist() == [[0, 128, 128]]


def test_a_part_given_up_lies_in_a_disc_and_some_foreground_stays(rng: np.random.Generator) -> None:
    trimap = np.full((64, 64), BACKGROUND, np.uint8)
    trimap[10:50, 10:50] = FOREGROUND
    for _ in range(50):
        changed = augment.PartToUnknown()(rng, trimap)
        assert (changed == FOREGROUND).any()
        assert (changed[trimap == BACKGROUND] == BACKGROUND).all()
        rows, columns = np.nonzero(changed == UNKNOWN)
        if len(rows):
            assert max(np.ptp(rows), np.ptp(columns)) <= 2 * 0.4 * 64
    assert augment.PartToUnknown((2.0, 3.0))(rng, trimap).tolist() == trimap.tolist()


def test_thin_marks_lie_in_the_middle_of_what_is_solid_and_reach_where_erosion_leaves_nothing(
    rng: np.random.Generator,
) -> None:
    alpha = np.zeros((100, 100), np.uint8)
    alpha[:, 48:53] = 255  # a quill
    alpha[20:40] = np.maximum(alpha[20:40], 200)  # a vane that is solid nowhere
    trimap = augment.ErosionDilation((6.0, 6.0))(rng, alpha)
    assert not (trimap == FOREGROUND).any()
    marked = augment.ThinMarks(shares=(1.0, 1.0))(rng, trimap, alpha) == FOREGROUND
    assert marked[5:95, 50].all()
    assert set(np.nonzero(marked)[1]) == {50}
    some = augment.ThinMarks(shares=(0.5, 0.5))(rng, trimap, alpha) == FOREGROUND
    assert 0 < some.sum() < marked.sum()


def test_small_holes_become_unknown_and_large_background_stays(rng: np.random.Generator) -> None:
    trimap = np.full((40, 40), UNKNOWN, np.uint8)
    trimap[:, :15] = BACKGROUND
    trimap[20:23, 30:33] = BACKGROUND
    changed = augment.HolesToUnknown()(rng, trimap)
    assert (changed[:, :15] == BACKGROUND).all()
    assert (changed[:, 15:] == UNKNOWN).all()


@pytest.mark.parametrize("seed", range(4))
def test_motion_blur_smears_alpha_and_premultiplied_colour_alike(seed: int) -> None:
    alpha = disc(96, 20)
    foreground = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    kernel = path_kernel(np.random.default_rng(seed), 6)
    colour, smeared = smear(foreground, alpha, kernel)
    expected = np.zeros((96, 96, 4))
    layers = np.concatenate([foreground * (alpha[..., None] / 255), alpha[..., None]], axis=2)
    for row, column in np.argwhere(kernel > 0):
        # the two offsets are those of a correlation: the kernel's middle looks at the pixel itself
        expected += kernel[row, column] * np.roll(layers, (6 - row, 6 - column), (0, 1))
    assert np.abs(smeared - expected[..., 3]).max() <= 0.51
    premultiplied = colour * (smeared[..., None] / 255)
    assert np.abs(premultiplied - expected[..., :3])[smeared > 0].max() <= 2
    assert smeared.sum() == pytest.approx(alpha.sum(), rel=0.01)


def test_motion_blur_makes_edges_softer_and_keeps_what_is_solid_and_what_is_clear(rng: np.random.Generator) -> None:
    alpha = disc(96, 30)
    foreground = np.full((96, 96, 3), (200, 80, 20), np.uint8)
    colour, smeared = augment.MotionBlur((6.0, 6.0))(rng, foreground, alpha)
    assert ((smeared > 0) & (smeared < 255)).sum() > ((alpha > 0) & (alpha < 255)).sum()
    assert smeared[48, 48] == 255
    assert smeared[2, 2] == 0
    assert np.abs(colour.astype(int) - foreground).max() <= 1


def test_a_light_wrap_reaches_the_edge_and_fades_towards_the_middle(rng: np.random.Generator) -> None:
    alpha = disc(96, 34)
    black, white = np.zeros((96, 96, 3), np.uint8), np.full((96, 96, 3), 255, np.uint8)
    wrapped = augment.LightWrap((4.0, 4.0), (0.5, 0.5))(rng, black, white, alpha)
    profile = wrapped[48, 48:82, 0].astype(int)
    assert profile[0] == 0
    assert profile[-1] > 40
    assert (np.diff(profile) >= 0).all()


def test_a_light_wrap_changes_nothing_where_no_background_is_near(rng: np.random.Generator, plate: np.ndarray) -> None:
    solid = np.full(plate.shape[:2], 255, np.uint8)
    assert np.array_equal(augment.LightWrap()(rng, plate, plate[::-1].copy(), solid), plate)
