import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.data.drawing import draw_foreground
from lfpnet.data.foreground_files import CheckedFile, check_foregrounds, find_foregrounds
from lfpnet.data.pool import build_pool, open_pool
from lfpnet.errors import ConfigurationError, ImageFileError, InputError, OutputError


class InterruptedBuildError(Exception):
    pass


def interrupt_at(limit: int):
    def progress(finished: int, total: int) -> None:
        del total
        if finished == limit:
            raise InterruptedBuildError

    return progress


def test_a_pool_holds_what_its_seed_draws(tmp_path: Path) -> None:
    pool = build_pool(tmp_path, 3, seed=5, procedural_backgrounds=2, size=64)
    for index in range(3):
        kind, foreground = draw_foreground(index, seed=5, size=64)
        assert pool.kinds[index] == kind
        assert np.array_equal(pool.colours[index], foreground.colour)
        assert np.array_equal(pool.alphas[index], np.round(foreground.alpha * 255))
    assert pool.background(1).shape == (512, 512, 3)
    assert pool.provenance["seed"] == 5


def test_anchors_lie_near_fractional_alpha(tmp_path: Path) -> None:
    pool = build_pool(tmp_path, 2, seed=1, procedural_backgrounds=1, size=64)
    for alpha, anchors in zip(pool.alphas, pool.anchors, strict=True):
        fractional = np.argwhere((alpha > 0) & (alpha < 255))[:, ::-1]
        nearest = [np.abs(fractional - anchor).max(axis=1).min() for anchor in anchors]
        assert max(nearest) <= 12


def test_an_interrupted_build_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    whole = build_pool(tmp_path / "whole", 5, seed=2, procedural_backgrounds=1, size=48)
    with pytest.raises(InterruptedBuildError):
        build_pool(tmp_path / "cut", 5, seed=2, procedural_backgrounds=1, size=48, progress=interrupt_at(3))
    with pytest.raises(InputError, match=r"pool\.json"):
        open_pool(tmp_path / "cut")
    steps: list[int] = []
    resumed = build_pool(
        tmp_path / "cut", 5, seed=2, procedural_backgrounds=1, size=48, progress=lambda done, _: steps.append(done)
    )
    assert steps == [4, 5]
    for name in ("colours", "alphas", "kinds", "anchors", "background_pixels"):
        assert np.array_equal(getattr(whole, name), getattr(resumed, name))


def test_a_finished_pool_is_not_drawn_again(tmp_path: Path) -> None:
    build_pool(tmp_path, 2, seed=2, procedural_backgrounds=1, size=48)
    build_pool(tmp_path, 2, seed=2, procedural_backgrounds=1, size=48, progress=interrupt_at(1))


def test_a_folder_with_another_recipe_is_refused(tmp_path: Path) -> None:
    build_pool(tmp_path, 2, seed=2, procedural_backgrounds=1, size=48)
    with pytest.raises(ConfigurationError, match="another recipe"):
        build_pool(tmp_path, 2, seed=3, procedural_backgrounds=1, size=48)


def test_a_pool_of_an_older_drawing_is_read_but_not_continued(tmp_path: Path) -> None:
    pool = build_pool(tmp_path, 2, seed=2, procedural_backgrounds=1, size=48)
    older = {name: value for name, value in pool.provenance.items() if name != "drawing"}
    (tmp_path / "pool.json").write_text(json.dumps(older))
    assert len(open_pool(tmp_path).alphas) == 2
    with pytest.raises(ConfigurationError, match="another recipe"):
        build_pool(tmp_path, 2, seed=2, procedural_backgrounds=1, size=48)


def test_workers_draw_the_same_pool(tmp_path: Path) -> None:
    one = build_pool(tmp_path / "one", 4, seed=8, procedural_backgrounds=1, size=32)
    two = build_pool(tmp_path / "two", 4, seed=8, procedural_backgrounds=1, size=32, workers=2)
    assert np.array_equal(one.colours, two.colours)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        open_pool(tmp_path / "nowhere")


def test_another_format_and_damaged_files_are_refused(tmp_path: Path) -> None:
    build_pool(tmp_path, 1, seed=0, procedural_backgrounds=1, size=32)
    (tmp_path / "alphas.npy").write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        open_pool(tmp_path)
    (tmp_path / "pool.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(InputError, match="format 99"):
        open_pool(tmp_path)


def test_empty_requests_and_unreadable_photographs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least one foreground"):
        build_pool(tmp_path / "empty", 0, seed=0)
    with pytest.raises(ConfigurationError, match="background"):
        build_pool(tmp_path / "bare", 1, seed=0, procedural_backgrounds=0)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImageFileError, match=r"text\.png"):
        build_pool(tmp_path / "broken", 1, seed=0, backgrounds=[tmp_path / "text.png"], size=32)


def test_a_pool_larger_than_the_disk_and_a_folder_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="GiB free"):
        build_pool(tmp_path / "huge", 10**9, seed=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        build_pool(tmp_path / "file" / "pool", 1, seed=0)


def test_an_unreadable_photograph_is_found_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ImageFileError):
        build_pool(tmp_path / "pool", 1, seed=0, backgrounds=[tmp_path / "text.png"], progress=interrupt_at(1))


def test_gathered_foregrounds_follow_the_drawn_ones_and_are_named_with_their_hashes(tmp_path: Path) -> None:
    files = gathered(tmp_path / "set", 3)
    one = build_pool(tmp_path / "one", 2, seed=5, procedural_backgrounds=1, foregrounds=files, size=48)
    assert one.kinds.tolist()[2:] == [255, 255, 255]
    assert (one.gathered_count, one.gathered_share) == (3, None)
    records = one.provenance["foregrounds"]
    assert isinstance(records, list)
    assert records[1]["file"] == "set/1.png"
    assert records[1]["sha256"] == [hashlib.sha256((tmp_path / "set" / "1.png").read_bytes()).hexdigest()]
    two = build_pool(tmp_path / "two", 2, seed=5, procedural_backgrounds=1, foregrounds=files, size=48, workers=2)
    assert np.array_equal(one.colours, two.colours)
    drawn = build_pool(tmp_path / "drawn", 2, seed=5, procedural_backgrounds=1, size=48)
    assert np.array_equal(drawn.colours, one.colours[:2])
    assert "foregrounds" not in drawn.provenance


def test_a_pool_may_be_gathered_alone_and_other_files_are_another_recipe(tmp_path: Path) -> None:
    files = gathered(tmp_path / "set", 2)
    assert len(build_pool(tmp_path / "pool", 0, 1, procedural_backgrounds=1, foregrounds=files, size=32).alphas) == 2
    with pytest.raises(ConfigurationError, match="another recipe"):
        build_pool(tmp_path / "pool", 0, 1, procedural_backgrounds=1, foregrounds=files[:1], size=32)


@pytest.mark.parametrize("share", [0.0, 1.0, -2.0])
def test_a_share_outside_its_range_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        build_pool(tmp_path / "pool", 1, 1, procedural_backgrounds=1, share=share, size=32)


def gathered(folder: Path, count: int) -> list[CheckedFile]:
    folder.mkdir()
    rng = np.random.default_rng(1)
    for number in range(count):
        pixels = rng.integers(0, 256, (40, 40, 4), np.uint8)
        pixels[:10, :, 3] = 0
        cv2.imwrite(str(folder / f"{number}.png"), pixels)
    return check_foregrounds(find_foregrounds(folder))
