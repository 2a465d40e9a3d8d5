import numpy as np
import pytest

from lfpnet.data.procedural import GENERATORS, SHARES
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import fill_outlines
from lfpnet.data.procedural.smoke import _lit
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import surface_colour
from lfpnet.data.procedural.vessel import vessel
from lfpnet.data.procedural_background import procedural_background


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("size", [64, 131, 512])
def test_every_generator_draws_clear_and_fractional_pixels_at_every_size(name: str, size: int) -> None:
    covered = 0.0
    for seed in range(3 if size < 512 else 1):
        foreground = GENERATORS[name](np.random.default_rng(seed), size)
        assert foreground.colour.shape == (size, size, 3)
        assert foreground.colour.dtype == np.uint8
        assert foreground.alpha.shape == (size, size)
        assert foreground.alpha.dtype == np.float32
        assert foreground.alpha.min() == 0.0
        assert foreground.alpha.max() <= 1.0
        covered = max(covered, float(foreground.alpha.mean()))
        is_fractional = (foreground.alpha > 0) & (foreground.alpha < 1)
        assert is_fractional.any()
        assert foreground.alpha[is_fractional].min() > 1 / 255
    assert covered > 0.01


@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_seed_draws_the_same_foreground(name: str) -> None:
    first, second = (GENERATORS[name](np.random.default_rng(7), 96) for _ in range(2))
    assert np.array_equal(first.colour, second.colour)
    assert np.array_equal(first.alpha, second.alpha)


@pytest.mark.parametrize("name", ["hair", "fur", "flag", "feather", "leaves"])
def test_foreground_colour_is_structured_and_defined_beyond_the_object(name: str) -> None:
    foreground = GENERATORS[name](np.random.default_rng(3), 256)
    assert foreground.colour[foreground.alpha > 0.9].std(axis=0).max() > 4
    assert foreground.colour[foreground.alpha == 0].mean() > 0


def test_shares_cover_every_generator_and_sum_to_one() -> None:
    assert set(SHARES) == set(GENERATORS)
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_smoke_holds_sheets_of_one_opacity() -> None:
    draws = [GENERATORS["smoke"](np.random.default_rng(seed), 64).alpha for seed in range(12)]
    fractional = [np.round(alpha[(alpha > 0) & (alpha < 1)], 4) for alpha in draws]
    most_common = [np.unique(values, return_counts=True)[1].max() / len(values) for values in fractional]
    assert max(most_common) > 0.5


def test_a_filled_outline_covers_its_area() -> None:
    square = np.array([[9.5, 9.5], [29.5, 9.5], [29.5, 29.5], [9.5, 29.5]], np.float32)
    coverage = fill_outlines([square], 40)
    assert coverage.sum() == pytest.approx(20 * 20, rel=0.06)  # the rasteriser adds its edge pixels at 4x
    assert coverage[20, 20] == 1.0
    assert coverage[5, 5] == 0.0


def test_a_strand_covers_about_its_length_times_its_width() -> None:
    paths = curved_paths(np.array([[20.0, 64.0]], np.float32), np.zeros(1), np.array([80.0]), np.zeros(1), points=9)
    for width in (1.5, 3.0, 6.0):
        strands = Strands(paths, np.array([width], np.float32), np.zeros((1, 3), np.float32))
        area = float(strand_coverage(strands, 128, taper=0.0).sum())
        assert area == pytest.approx(80 * width, rel=0.35)


def test_thin_strands_cover_less_than_thick_ones() -> None:
    paths = curved_paths(np.array([[20.0, 64.0]], np.float32), np.zeros(1), np.array([80.0]), np.ones(1))
    areas = []
    for width in (0.2, 0.35, 0.6, 1.2, 2.5):
        strands = Strands(paths, np.array([width], np.float32), np.zeros((1, 3), np.float32))
        areas.append(float(strand_coverage(strands, 128).sum()))
    assert areas == sorted(areas)
    assert areas[0] > 0


def test_noise_spans_zero_to_one_and_survives_a_single_pixel() -> None:
    noise = fractal_noise(np.random.default_rng(0), 70)
    assert noise.min() == 0.0
    assert noise.max() == pytest.approx(1.0)
    assert fractal_noise(np.random.default_rng(0), 1).shape == (1, 1)


def test_drawn_backgrounds_are_structured_and_repeatable() -> None:
    plates = [procedural_background(np.random.default_rng(seed), 96) for seed in range(8)]
    assert all(plate.shape == (96, 96, 3) and plate.dtype == np.uint8 for plate in plates)
    assert np.median([plate.std() for plate in plates]) > 8
    assert np.array_equal(plates[3], procedural_background(np.random.default_rng(3), 96))


def test_a_strand_is_dark_at_its_root_bright_at_its_tip_and_glints_half_way() -> None:
    paths = curved_paths(np.array([[10.0, 32.0]], np.float32), np.zeros(1), np.array([100.0]), np.zeros(1), points=9)
    strands = Strands(paths, np.array([4.0], np.float32), np.full((1, 3), 100, np.float32))
    matt, glossy = np.zeros((64, 128, 3), np.uint8), np.zeros((64, 128, 3), np.uint8)
    paint_strands(matt, strands, shade=0.5, tip_gain=1.5)
    paint_strands(glossy, strands, shade=0.5, tip_gain=1.5, glints=np.array([80.0]))
    assert matt[32, 15, 0] < matt[32, 60, 0] < matt[32, 105, 0]
    gain = glossy[32, :, 0].astype(int) - matt[32, :, 0]
    assert gain[45:75].max() > 20
    assert gain[15] == 0
    assert gain[105] == 0


def test_a_lit_dome_has_a_bright_and_a_dark_side() -> None:
    y, x = np.mgrid[0:128, 0:128].astype(np.float32) / 128 - 0.5
    ball = np.sqrt(np.clip(0.16 - x**2 - y**2, 0, None)).astype(np.float32)
    contrasts = []
    for seed in range(6):
        colour = surface_colour(np.random.default_rng(seed), 128, ball).astype(float).mean(axis=2)
        quarters = [colour[a : a + 40, b : b + 40].mean() for a in (24, 64) for b in (24, 64)]
        contrasts.append(max(quarters) / min(quarters))
    assert np.median(contrasts) > 1.1


def test_vessels_are_clear_at_the_middle_and_denser_at_their_walls() -> None:
    denser = []
    for seed in range(8):
        alpha = vessel(np.random.default_rng(seed), 128).alpha
        inside = np.flatnonzero(alpha[50] > 0)
        wall, middle = alpha[50, inside[2]], alpha[50, (inside[0] + inside[-1]) // 2]
        denser.append(float(wall - middle))
        assert 0 < middle <= 1
    assert np.median(denser) > 0.1


def test_a_lamp_brightens_one_side_of_billows() -> None:
    alpha = np.clip(1.2 - np.hypot(*(np.mgrid[:64, :64] - 32.0)) / 24, 0, 1).astype(np.float32)
    gains = [_lit(np.random.default_rng(seed), alpha) for seed in range(6)]
    for gain in gains:
        top_to_bottom, left_to_right = gain[:32].mean() - gain[32:].mean(), gain[:, :32].mean() - gain[:, 32:].mean()
        assert abs(gain.mean()) < 0.01
        assert np.hypot(top_to_bottom, left_to_right) > 0.3 * gain.std()
