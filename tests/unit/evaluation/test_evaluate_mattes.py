"""`lfpnet evaluate --mattes` on a small shot: the truth has no error, a shaken truth has."""

import json

import numpy as np
import pytest

from lfpnet.evaluation.shots import write_shot
from lfpnet.images import read_mask, write_mask
from sidecar.cli.main import main


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shots") / "fur"
    write_shot(folder, "fur", frames=3, height=72, width=128)
    return folder


def _measured(shot, mattes, tmp_path, *more):
    words = ["evaluate", "--dataset", str(shot), "--mattes", str(mattes), "-o", str(tmp_path / "out"), *more]
    assert main(words) == 0
    return json.loads((tmp_path / "out" / "figures.json").read_text())


def test_the_truth_itself_has_no_error_over_time(shot, tmp_path):
    figures = _measured(shot, shot / "alpha" / "alpha.####.exr", tmp_path)
    assert figures["frames"] == 3
    assert figures["pairs"] == 2
    assert {figures[name] for name in ("mse", "sad", "dtssd", "messddt", "mcf")} == {0.0}


def test_an_error_on_one_frame_is_flicker(shot, tmp_path):
    for number in (1001, 1002, 1003):
        alpha = read_mask(shot / "alpha" / f"alpha.{number}.exr").pixels
        shaken = np.clip(alpha + 0.2 * (number == 1002), 0, 1).astype(np.float32)
        write_mask(tmp_path / f"matte.{number}.exr", shaken, None)
    figures = _measured(shot, tmp_path / "matte.####.exr", tmp_path)
    assert min(figures["mse"], figures["dtssd"], figures["messddt"], figures["mcf"]) > 0.1
    single = _measured(shot, tmp_path / "matte.####.exr", tmp_path, "--frames", "1001")
    assert (single["frames"], single["mcf"]) == (1, None)


def test_no_matte_is_a_sentence(shot, tmp_path, capsys):
    words = ["evaluate", "--dataset", str(shot), "--mattes", str(tmp_path / "m.####.exr"), "-o", str(tmp_path)]
    assert main(words) == 2
    assert "Expected mattes" in capsys.readouterr().err
