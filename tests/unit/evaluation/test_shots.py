"""Test shots: exact layers, true motion, the same from the same seed."""

import cv2
import numpy as np
import pytest

from lfpnet.colour import over
from lfpnet.data.layouts import find_cases, recognise
from lfpnet.errors import ConfigurationError
from lfpnet.evaluation.shots import SHOT_NAMES, expose, open_scene, write_shot
from lfpnet.evaluation.shots.roto import keyed_rotos
from lfpnet.images import read_mask
from lfpnet.types import BACKGROUND, FOREGROUND


def _exposed(name: str, frame: float = 0.0):
    scene = open_scene(name, 72, 128, 1)
    return scene, expose(scene.moment, frame, np.random.default_rng(1), moments=4)


@pytest.mark.parametrize("name", SHOT_NAMES)
def test_the_layers_of_a_shot_are_its_plate_but_for_grain(name):
    _, exposed = _exposed(name)
    grain = exposed.plate - over(exposed.foreground, exposed.alpha, exposed.background)
    assert abs(float(grain.mean())) < 1e-3
    assert 1e-4 < float(grain.std()) < 0.02
    assert (exposed.alpha > 0.99).any()
    assert ((exposed.alpha > 0.05) & (exposed.alpha < 0.95)).any()


@pytest.mark.parametrize("name", ["hair", "fur", "leaves"])
def test_alpha_followed_along_the_true_motion_is_the_next_frames_alpha(name):
    scene = open_scene(name, 216, 384, 1)
    first, second = (expose(scene.moment, at, np.random.default_rng(1), moments=4) for at in (3, 4))
    motion = scene.motion(3)
    x, y = np.meshgrid(np.arange(384, dtype=np.float32), np.arange(216, dtype=np.float32))
    followed = cv2.remap(second.alpha, x + motion[..., 0], y + motion[..., 1], cv2.INTER_LINEAR)
    inside = (slice(24, 192), slice(48, 336))
    moved, unmoved = (np.abs(at - first.alpha)[inside].mean() for at in (followed, second.alpha))
    assert moved < 0.35 * unmoved


def test_a_written_shot_is_read_as_one_and_repeats_byte_for_byte(tmp_path):
    for folder in ("one", "two"):
        write_shot(tmp_path / folder, "fur", frames=2, height=72, width=128, seed=5)
    assert recognise(tmp_path / "one") == "shot"
    cases = find_cases(tmp_path / "one", "shot")
    assert [case.name for case in cases] == ["1001", "1002"]
    for path in sorted((tmp_path / "one").rglob("*.exr")):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
    trimap = read_mask(tmp_path / "one" / "trimap" / "trimap.1001.exr").pixels * 255
    alpha = read_mask(tmp_path / "one" / "alpha" / "alpha.1001.exr").pixels
    assert (alpha[np.rint(trimap) == FOREGROUND] > 0.99).all()
    assert (alpha[np.rint(trimap) == BACKGROUND] < 0.01).all()


def test_a_roto_is_the_subjects_shape_on_keys_and_lies_between_them_elsewhere():
    alphas = []
    for index in range(5):
        alpha = np.zeros((60, 90), np.float32)
        alpha[20:40, 10 + 8 * index : 30 + 8 * index] = 1
        alphas.append(alpha)
    rotos = keyed_rotos(alphas, 4)
    middle = rotos[2]
    assert np.abs(middle - alphas[2]).mean() < 0.05
    assert middle.max() == 1


def test_an_unknown_shot_or_size_is_a_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match="Expected shots among hair"):
        open_scene("smoke", 72, 128, 1)
    with pytest.raises(ConfigurationError, match="1 to 999 frames"):
        write_shot(tmp_path, "fur", frames=0)
