import numpy as np
import pytest

from lfpnet.data.composite import composite


def to_light(encoded: float) -> float:
    value = encoded / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def to_code(light: float) -> float:
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def test_the_composite_is_the_equation_on_encoded_values() -> None:
    rng = np.random.default_rng(0)
    foreground, background = rng.integers(0, 256, (2, 30, 31, 3), dtype=np.uint8)
    alpha = rng.integers(0, 256, (30, 31), dtype=np.uint8)
    weight = alpha[..., None] / 255
    expected = weight * foreground + (1 - weight) * background
    assert np.abs(composite(foreground, background, alpha) - expected).max() <= 0.51


@pytest.mark.parametrize(
    ("foreground", "background", "alpha"), [(200, 10, 128), (0, 255, 3), (255, 0, 254), (30, 31, 77)]
)
def test_the_linear_composite_mixes_light(foreground: int, background: int, alpha: int) -> None:
    weight = alpha / 255
    expected = to_code(weight * to_light(foreground) + (1 - weight) * to_light(background))
    flat = [np.full((1, 1, 3), value, np.uint8) for value in (foreground, background)]
    plate = composite(*flat, np.full((1, 1), alpha, np.uint8), is_linear=True)
    assert plate[0, 0, 0] == pytest.approx(expected, abs=0.75)


@pytest.mark.parametrize("is_linear", [False, True])
def test_known_alpha_returns_the_pixels_themselves(is_linear: bool) -> None:
    codes = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    other = codes[:, ::-1]
    solid, clear = np.full((1, 256), 255, np.uint8), np.zeros((1, 256), np.uint8)
    assert np.array_equal(composite(codes, other, solid, is_linear=is_linear), codes)
    assert np.array_equal(composite(codes, other, clear, is_linear=is_linear), other)
