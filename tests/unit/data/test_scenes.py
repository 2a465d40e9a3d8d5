"""Scenes: made once, cropped deterministically, true to the compositing equation."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.data import scenes
from lfpnet.data.pool import GATHERED, build_pool
from lfpnet.data.scenes import SceneStream, _start, build_scenes
from lfpnet.errors import ConfigurationError, InputError
from lfpnet.estimates import ALPHAS, PLANES
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.batches import encode_sample
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scenes")
    pool = build_pool(root / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    build_scenes(root / "scenes", pool, 3, 5, side=96)
    return root


def test_the_same_number_gives_the_same_crop(folder):
    first, second = (SceneStream(folder / "scenes", 32, 7).sample(11) for _ in range(2))
    assert (first.plate == second.plate).all()
    assert (first.estimates == second.estimates).all()
    assert (SceneStream(folder / "scenes", 32, 8).sample(11).plate.shape) == first.plate.shape


def test_a_crop_has_unknown_pixels_estimates_and_known_pixels_that_agree_with_alpha(folder):
    stream = SceneStream(folder / "scenes", 32, 1)
    for index in range(20):
        sample = stream.sample(index)
        assert sample.plate.shape == (64, 64, 3)
        assert (sample.trimap[16:48, 16:48] == UNKNOWN).any()
        assert (sample.alpha[sample.trimap == FOREGROUND] == 255).all()
        assert (sample.alpha[sample.trimap == BACKGROUND] == 0).all()
        assert (sample.estimates[sample.trimap == FOREGROUND, :ALPHAS] == 255).all()


def test_estimated_colours_change_with_the_plate(folder):
    stream = SceneStream(folder / "scenes", 32, 1)
    distances = []
    for index in range(40):
        sample = stream.sample(index)
        inside = cv2.erode((sample.trimap == BACKGROUND).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        colours = sample.estimates[inside, ALPHAS + 3 :].astype(int)
        distances.extend(np.abs(colours - sample.plate[inside]).mean(axis=1))
    # Exchanged channels that were not exchanged in the estimates would make 30 and more.
    assert len(distances) > 1000
    assert np.mean(distances) < 8


def test_processes_that_begin_a_folder_together_agree(folder, tmp_path):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    with ThreadPoolExecutor(8) as threads:
        for begun in [threads.submit(_start, tmp_path, {"pool": pool.provenance, "turn": 1}) for _ in range(200)]:
            begun.result()


def test_scenes_that_are_there_are_kept_and_another_recipe_is_refused(folder):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    before = (folder / "scenes" / "000001.npy").stat().st_mtime_ns
    build_scenes(folder / "scenes", pool, 3, 5, side=96)
    assert (folder / "scenes" / "000001.npy").stat().st_mtime_ns == before
    with pytest.raises(ConfigurationError, match="same recipe"):
        build_scenes(folder / "scenes", pool, 3, 6, side=96)


def test_a_scene_depends_on_its_number_alone(folder, tmp_path):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    build_scenes(tmp_path, pool, 1, 5, side=96, first=2)
    assert (np.load(tmp_path / "000002.npy") == np.load(folder / "scenes" / "000002.npy")).all()


def test_every_third_scene_holds_one_subject_alone(folder, tmp_path, monkeypatch):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    chances = []
    second = scenes._Composites._second_foreground

    def recorded(stream, rng):
        chances.append(stream.chances)
        return second(stream, rng)

    monkeypatch.setattr(scenes._Composites, "_second_foreground", recorded)
    build_scenes(tmp_path, pool, 12, 5, side=96)
    assert chances
    assert all(chance is scenes.HARD_CHANCES for chance in chances)


def test_alpha_that_is_nearly_solid_is_solid_in_scenes(folder):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    nobody = np.zeros(3, bool)
    stream = scenes._Composites(pool, 48, 5, scenes.PLAIN_CHANCES, through=nobody, share=0.0)
    assert any(((alpha >= scenes.SOLID) & (alpha < 255)).any() for alpha in pool.alphas)
    for number in range(10):
        for subject in (stream._foreground, stream._second_foreground):
            _, alpha = subject(np.random.default_rng(number))
            assert not ((alpha >= scenes.SOLID) & (alpha < 255)).any()


def test_what_is_seen_through_far_from_every_edge_is_sheer(folder):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    solid, hairy = np.zeros((96, 96), np.uint8), np.zeros((96, 96), np.uint8)
    solid[20:80, 20:80] = 255
    hairy[:, ::4] = 128
    pane = solid.copy()
    pane[30:70, 30:70] = 90
    pool = replace(pool, alphas=np.stack([solid, hairy, pane]))
    assert scenes._are_sheer(pool).tolist() == [False, False, True]


def test_what_is_wanted_is_drawn_at_its_share_and_gathered_as_often_as_the_pool_has_it(folder):
    pool = build_pool(folder / "pool", 3, seed=4, procedural_backgrounds=2, size=96)
    gathered = pool.provenance | {"foregrounds": ["pane.png"], "share": 0.25}
    pool = replace(pool, kinds=np.array([0, 1, GATHERED], np.uint8), provenance=gathered)
    wanted = np.array([True, False, True])
    stream = scenes._Composites(pool, 48, 5, scenes.HARD_CHANCES, through=wanted, share=0.6)
    rng = np.random.default_rng(1)
    drawn = np.bincount([stream._foreground_index(rng) for _ in range(4000)], minlength=3) / 4000
    np.testing.assert_allclose(drawn, [0.75 * (0.6 + 0.2), 0.75 * 0.2, 0.25], atol=0.03)


def test_estimates_reach_the_network_that_takes_them_and_no_other(folder):
    sample = SceneStream(folder / "scenes", 32, 1).sample(0)
    plain = encode_sample(sample, LFPNetConfig.of_preset("lfpnet-compact"))
    guided = encode_sample(sample, LFPNetConfig.of_preset("lfpnet-guided"))
    assert plain["inner"].shape == (12, 32, 32)
    assert guided["inner"].shape == (12 + PLANES, 32, 32)
    assert guided["context"].shape == (12 + PLANES, 32, 32)
    np.testing.assert_allclose(
        guided["inner"][12:].numpy() * 255, sample.estimates[16:48, 16:48].transpose(2, 0, 1), atol=1e-3
    )


def test_what_cannot_be_is_one_sentence(folder, tmp_path):
    with pytest.raises(InputError, match="Expected scenes in"):
        SceneStream(tmp_path, 32, 1)
    with pytest.raises(ConfigurationError, match="at most half a scene's side"):
        SceneStream(folder / "scenes", 64, 1)
