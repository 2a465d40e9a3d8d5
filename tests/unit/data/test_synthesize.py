import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from lfpnet.data.drawing import DRAWING, draw_foreground
from lfpnet.data.foreground_files import find_foregrounds, fitted, read_foreground
from lfpnet.data.procedural import GENERATORS
from lfpnet.data.synthesize import synthesize_foregrounds
from lfpnet.errors import ConfigurationError, OutputError
from sidecar.cli.main import main


def test_the_files_hold_what_a_pool_of_the_seed_draws(tmp_path: Path) -> None:
    assert synthesize_foregrounds(tmp_path, 3, 5, size=48) == 3
    for index, file in enumerate(find_foregrounds(tmp_path)):
        kind, drawn = draw_foreground(index, seed=5, size=48)
        stored = fitted(*read_foreground(file), 48, is_whole=file.is_whole)
        assert file.colour.stem == f"{index:06d}-{list(GENERATORS)[kind]}"
        np.testing.assert_array_equal(stored.colour, drawn.colour)
        np.testing.assert_allclose(stored.alpha, drawn.alpha, atol=1e-5)


def test_every_picture_has_its_provenance(tmp_path: Path) -> None:
    synthesize_foregrounds(tmp_path, 2, 5, size=32, kinds=["net", "fur"])
    record = json.loads((tmp_path / "000001-fur.json").read_text())
    assert (record["seed"], record["size"], record["drawing"], record["licence"]) == ([5, 1], 32, DRAWING, "CC0-1.0")
    assert record["made_by"] == "lfpnet data synthesize"
    assert cv2.imread(str(tmp_path / "000000-net.png"), cv2.IMREAD_UNCHANGED).dtype == np.uint16


def test_a_second_call_draws_what_is_missing_and_workers_draw_the_same(tmp_path: Path) -> None:
    synthesize_foregrounds(tmp_path / "one", 4, 2, size=32)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    lost = sorted((tmp_path / "one").glob("0*.json"))[2]
    lost.unlink()
    done: list[int] = []
    synthesize_foregrounds(tmp_path / "one", 4, 2, size=32, progress=lambda number, _: done.append(number))
    assert done == [4]
    synthesize_foregrounds(tmp_path / "two", 4, 2, size=32, workers=2)
    for folder in ("one", "two"):
        assert {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} == whole


def test_another_set_in_the_folder_is_refused(tmp_path: Path) -> None:
    synthesize_foregrounds(tmp_path, 1, 2, size=32)
    with pytest.raises(ConfigurationError, match="other settings"):
        synthesize_foregrounds(tmp_path, 1, 3, size=32)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="should take foregrounds"):
        synthesize_foregrounds(tmp_path / "file" / "set", 1, 2, size=32)


def test_the_command_draws_kinds_in_turn_and_refuses_unknown_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["data", "synthesize", "--to", str(tmp_path), "--count", "3", "--size", "32", "--kinds"]
    assert main([*command, "leaves, net"]) == 0
    names = ["000000-leaves.png", "000001-net.png", "000002-leaves.png"]
    assert sorted(path.name for path in tmp_path.glob("*.png")) == names
    assert "3 foregrounds in" in capsys.readouterr().out
    assert main([*command, "hats"]) == 2
    assert "kinds among hair, fur" in capsys.readouterr().err
