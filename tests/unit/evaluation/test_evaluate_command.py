import argparse
import json

import cv2
import numpy as np
import pytest

from lfpnet.errors import ConfigurationError, InputError, TrimapError
from lfpnet.model import Provenance, save_checkpoint
from sidecar.cli import analyze, evaluate


def _run(command, *arguments):
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    parsed = parser.parse_args([command.__name__.rpartition(".")[2], *map(str, arguments)])
    return parsed.run(parsed)


@pytest.fixture
def weights(tmp_path, lean_network):
    save_checkpoint(tmp_path / "tiny.safetensors", lean_network, Provenance("tiny", "none", "test"))
    return tmp_path / "tiny.safetensors"


def test_weights_and_a_baseline_are_measured_side_by_side(data_set, weights, tmp_path, capsys):
    output = tmp_path / "new/folder"
    options = ("--weights", weights, "--methods", "trimap", "--tile", 64, "--limit", 2, "--json")
    assert _run(evaluate, "--dataset", data_set, "-o", output, "--device", "cpu", *options) == 0
    means = json.loads(capsys.readouterr().out)
    assert list(means) == ["tiny", "trimap"]
    stored = json.loads((output / "figures.json").read_text())
    assert [case["name"] for case in stored["cases"]] == ["first", "second"]
    assert stored["summary"][0]["mean"]["sad"] == means["tiny"]["sad"]
    assert {path.name for path in output.iterdir()} == {"report.html", "figures.csv", "figures.json"}


def test_other_conventions_of_the_field_have_names_and_other_figures(data_set, tmp_path, capsys):
    means = {}
    for protocol in ("plain", "published", "ports"):
        for region in ("unknown", "whole"):
            how = ("--no-network", "--methods", "trimap", "--limit", 1, "--json", "--protocol", protocol)
            assert _run(evaluate, "--dataset", data_set, "-o", tmp_path, *how, "--region", region) == 0
            means[protocol, region] = json.loads(capsys.readouterr().out)["trimap"]
            said = json.loads((tmp_path / "figures.json").read_text())["facts"]["protocol"]
            assert said.startswith(f"Protocol {protocol}: ")
            assert said.endswith("the unknown region" if region == "unknown" else "the whole picture")
    assert means["plain", "whole"]["mse"] < means["plain", "unknown"]["mse"]  # the known pixels are right
    assert means["plain", "whole"]["sad"] == pytest.approx(means["plain", "unknown"]["sad"])
    assert len({figures["conn"] for (_, region), figures in means.items() if region == "unknown"}) == 3


def test_the_published_protocol_asks_for_the_published_plan_tile_and_8_bits():
    parser = argparse.ArgumentParser()
    evaluate.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["evaluate", "--dataset", "x", "-o", "y", "--protocol", "published", "--tta", "both"])
    plain, turned = evaluate.options_of(parsed)
    assert (plain.plan, plain.tile, plain.is_truncated, plain.has_augmentation) == ("published", 1024, True, False)
    assert turned.has_augmentation


def test_an_unreadable_case_stops_the_run_before_it_starts_or_is_skipped_by_name(data_set, tmp_path, capsys):
    (data_set / "plate/second.png").write_bytes(b"")
    baseline = ("--no-network", "--methods", "trimap", "--json")
    with pytest.raises(InputError, match=r"second\.png is empty"):
        _run(evaluate, "--dataset", data_set, "-o", tmp_path / "out", *baseline)
    assert not (tmp_path / "out").exists()
    assert _run(evaluate, "--dataset", data_set, "-o", tmp_path / "out", *baseline, "--skip-unreadable") == 0
    assert "second.png" in capsys.readouterr().err
    assert "second.png" in (tmp_path / "out/report.html").read_text()


def test_what_is_measured_is_kept_when_a_later_case_breaks(data_set, tmp_path, capsys):
    plate = data_set / "plate/third.png"
    plate.write_bytes(plate.read_bytes()[:-400])
    baseline = ("--no-network", "--methods", "trimap", "--json")
    assert _run(evaluate, "--dataset", data_set, "-o", tmp_path / "out", *baseline) == 2
    assert "stopped after 2 of 3 cases" in capsys.readouterr().err
    stored = json.loads((tmp_path / "out/figures.json").read_text())
    assert len(stored["cases"]) == 2
    assert "third.png" in stored["facts"]["interruption"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--no-network",), "name a baseline"),
        (("--methods", "magic"), "got magic"),
        (("--no-network", "--methods", "trimap", "--limit", 0), "--limit of at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(data_set, tmp_path, arguments, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        _run(evaluate, "--dataset", data_set, "-o", tmp_path / "out", *arguments)


def test_trimaps_of_a_data_set_are_analysed_with_their_alphas(data_set, tmp_path, capsys):
    assert _run(analyze, "trimaps", data_set, "-o", tmp_path / "out", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["trimaps"] == 3
    assert len(result["distances_in_pixels"]) == 5
    assert result["advice"]["tile"] == 256
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"distances.json", "distances.csv", "distances.svg"}


def test_a_folder_of_nothing_but_trimaps_is_enough(data_set, tmp_path, capsys):
    assert _run(analyze, "trimaps", data_set / "trimap", "-o", tmp_path / "out") == 0
    assert "Tiles of 256" in capsys.readouterr().out
    lines = (tmp_path / "out/distances.csv").read_text().splitlines()
    assert len(lines) == 1 + 3 * 3


def test_trimaps_without_known_pixels_are_a_sentence(tmp_path, capsys):
    folder = tmp_path / "unknown"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.full((8, 8), 128, np.uint8))
    with pytest.raises(TrimapError, match="found none"):
        _run(analyze, "trimaps", folder, "-o", tmp_path / "out")
    assert "a.png has no known foreground and no known background" in capsys.readouterr().err
