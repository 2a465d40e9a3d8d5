"""`lfpnet data pool --foregrounds`: from folders to a pool, and what it refuses."""

from functools import partial

import cv2
import numpy as np
import pytest

from lfpnet.data.pool import build_pool, open_pool
from sidecar.cli.main import main


@pytest.fixture(autouse=True)
def _few_drawn_backgrounds(monkeypatch):
    monkeypatch.setattr("sidecar.cli.data_pool.build_pool", partial(build_pool, procedural_backgrounds=1))


@pytest.fixture
def pictures(tmp_path):
    """Twelve soft discs; by their names some are held out and some are not."""
    folder = tmp_path / "set"
    folder.mkdir()
    rows, columns = np.mgrid[:48, :48] - 23.5
    for number in range(12):
        pixels = np.full((48, 48, 4), 20 * number, np.uint8)
        pixels[..., 3] = np.clip((15 - np.hypot(rows, columns)) * 60, 0, 255)
        cv2.imwrite(str(folder / f"{number:06d}-disc.png"), pixels)
    return folder


def _pool(tmp_path, *more):
    quick = ["--count", "2", "--held-out", "1", "--size", "48"]
    return main(["data", "pool", "--to", str(tmp_path / "pool"), *quick, *more])


def test_every_picture_is_in_one_part_of_the_pool(tmp_path, pictures):
    assert _pool(tmp_path, "--foregrounds", str(pictures), "--share", "0.4") == 0
    train, held = (open_pool(tmp_path / "pool" / part) for part in ("train", "held"))
    assert (len(train.alphas) - train.gathered_count, len(held.alphas) - held.gathered_count) == (2, 1)
    names = [[record["file"] for record in part.provenance["foregrounds"]] for part in (train, held)]
    assert held.gathered_count >= 1
    assert sorted(names[0] + names[1]) == sorted(f"set/{path.name}" for path in pictures.iterdir())
    assert train.gathered_share == 0.4


def test_an_unreadable_picture_ends_it_before_anything_is_drawn_or_is_left_out_by_name(tmp_path, pictures, capsys):
    (pictures / "000003-disc.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert _pool(tmp_path, "--foregrounds", str(pictures)) == 2
    assert "000003-disc.png" in capsys.readouterr().err
    assert not (tmp_path / "pool").exists()
    assert _pool(tmp_path, "--foregrounds", str(pictures), "--skip-unreadable") == 0
    assert "left out: " in capsys.readouterr().err
    assert sum(open_pool(tmp_path / "pool" / part).gathered_count for part in ("train", "held")) == 11


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--share", "0.5"], "--foregrounds with --share"),
        (["--foregrounds", "nowhere"], "at nowhere, found none"),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path, capsys, more, sentence):
    assert _pool(tmp_path, *more) == 2
    assert sentence in capsys.readouterr().err
