import cv2
import numpy as np

from lfpnet.data.foreground_set import write_foreground
from lfpnet.data.render.finish import finished, smoothed


def _pixels(colour, alpha):
    height, width = alpha.shape
    return finished(np.full((height, width, 3), colour, np.float32), alpha, np.random.default_rng(1))


def test_a_dark_and_a_bright_render_end_equally_exposed():
    alpha = np.ones((4, 4), np.float32)
    assert np.array_equal(_pixels(0.01, alpha), _pixels(2.0, alpha))


def test_alpha_keeps_its_levels_and_its_ends_are_exact():
    alpha = np.array([[0, 1 / 4096, 1 / 256, 0.5, 255 / 256, 1 - 1 / 4096, 1]], np.float32)
    stored = _pixels(0.3, alpha)[..., 3]
    assert stored[0].tolist() == [0, 0, 256, 32768, 65279, 65535, 65535]


def test_colours_beyond_one_are_bent_and_not_cut():
    ramp = np.repeat(np.linspace(0.1, 4, 64, dtype=np.float32)[None, :, None], 3, 2)
    stored = finished(ramp, np.ones((1, 64), np.float32), np.random.default_rng(2))[0, :, 0].astype(int)
    assert (np.diff(stored) >= 0).all()


def test_a_written_foreground_is_read_back_exactly(tmp_path):
    pixels = np.random.default_rng(1).integers(0, 65536, (5, 7, 4)).astype(np.uint16)
    write_foreground(tmp_path / "a.png", pixels)
    stored = np.asarray(cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED))
    assert np.array_equal(stored[..., [2, 1, 0, 3]], pixels)


def test_smoke_loses_its_noise_and_a_body_keeps_its_edge():
    rng = np.random.default_rng(3)
    alpha = (rng.binomial(32, 0.4, (128, 128)) / 32).astype(np.float32)
    alpha[40:80, 40:80] = 1
    alpha[39, 40:80] = 0.75
    calm = smoothed(alpha)
    assert (calm[39:80, 40:80] == alpha[39:80, 40:80]).all()
    smoke = np.s_[90:, 90:]
    assert abs(calm[smoke].mean() - 0.4) < 0.02
    assert calm[smoke].std() < 0.5 * alpha[smoke].std()
    whole = smoothed(np.kron(alpha, np.ones((4, 4), np.float32)))
    assert (whole[160:320, 160:320] == 1).all()
