"""The shipped plates and their roto: they fit each other, say something useful, and may be shared."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.images import read_plate
from lfpnet.trimap import from_core_and_edge, inspect
from lfpnet.trimap.shapes import Shapes, read_shapes
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/roto.json"))
NOT_PICTURES = {".md", ".json", ".py", ".pyc"}
PICTURES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file() and path.suffix not in NOT_PICTURES)

every_example = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@lru_cache
def _plate(folder: Path) -> np.ndarray:
    (path,) = folder.glob("plate.*")
    return read_plate(path).pixels


def _shapes(folder: Path) -> Shapes:
    return read_shapes(folder / "roto.json")


@lru_cache
def _trimap(folder: Path) -> np.ndarray:
    shapes = _shapes(folder)
    return from_core_and_edge(*shapes.rasterise(shapes.height, shapes.width))


def test_there_are_two_examples():
    assert [folder.name for folder in FOLDERS] == ["astronaut", "moose"]


@every_example
def test_the_shapes_have_the_size_of_their_plate(folder):
    shapes = _shapes(folder)
    assert (shapes.height, shapes.width) == _plate(folder).shape[:2]


@every_example
def test_the_roto_gives_all_three_classes_and_a_sensible_unknown_share(folder):
    summary = inspect(_trimap(folder), _plate(folder).shape)
    assert summary.warnings == ()
    assert 0.03 < summary.unknown_share < 0.40


@every_example
def test_foreground_never_touches_background(folder):
    trimap = _trimap(folder)
    grown = cv2.dilate((trimap == FOREGROUND).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert not np.any(grown & (trimap == BACKGROUND))


@every_example
def test_no_class_leaves_crumbs(folder):
    trimap = _trimap(folder)
    for value in (BACKGROUND, UNKNOWN, FOREGROUND):
        _, _, statistics, _ = cv2.connectedComponentsWithStats((trimap == value).astype(np.uint8), connectivity=8)
        assert statistics[1:, cv2.CC_STAT_AREA].min() >= 20


def test_the_astronaut_leaves_the_frame_as_known_foreground():
    bottom_row = _trimap(EXAMPLES / "astronaut")[-1]
    assert np.count_nonzero(bottom_row == FOREGROUND) > bottom_row.size / 2


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.parent.name)
def test_the_licence_note_names_every_picture(picture):
    note = (EXAMPLES / "LICENCES.md").read_text()
    assert f"| `{picture.relative_to(EXAMPLES).as_posix()}` |" in note


def test_the_examples_stay_small():
    assert sum(picture.stat().st_size for picture in PICTURES) < 600_000


def test_the_commands_in_the_readme_name_files_that_exist():
    readme = (EXAMPLES / "README.md").read_text()
    named = {word for word in readme.split() if word.startswith("examples/")}
    assert named
    assert all((EXAMPLES.parent / word).is_file() for word in named)
