import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from lfpnet.data.backgrounds import background_manifest, split_backgrounds
from lfpnet.data.layouts import check_cases, find_cases, recognise
from lfpnet.evaluation.builtin import builtin_folder
from sidecar.cli import evaluate

FREE = {"CC0", "CC0-1.0", "public-domain"}
ABOUT = json.loads((builtin_folder() / "cases.json").read_text())


def test_the_benchmark_has_at_least_24_cases_and_at_most_20_megabytes():
    cases = check_cases(find_cases(builtin_folder()))
    assert recognise(builtin_folder()) == "composed"
    assert len(cases) >= 24
    assert [case.name for case in cases] == sorted(record["name"] for record in ABOUT["cases"])
    assert sum(path.stat().st_size for path in builtin_folder().rglob("*") if path.is_file()) < 20e6


@pytest.mark.parametrize("case", find_cases(builtin_folder()), ids=lambda case: case.name)
def test_every_case_can_be_done_by_every_method_and_its_trimap_is_true(case):
    pixels = case.read()
    known_foreground, known_background = pixels.trimap == 255, pixels.trimap == 0
    assert known_foreground.sum() > 50
    assert known_background.sum() > 50
    assert (pixels.trimap == 128).mean() > 0.02
    assert (pixels.alpha[known_foreground] == 1).all()
    assert (pixels.alpha[known_background] == 0).all()
    assert len(np.unique(pixels.alpha)) > 16


@pytest.mark.parametrize("record", ABOUT["cases"], ids=lambda record: record["name"])
def test_every_part_is_free_and_no_photograph_of_it_is_trained_on(record):
    assert record["foreground"]["licence"] == "CC0-1.0"
    background = record["background"]
    assert background["licence"] in FREE
    if "sha256" in background:
        (listed,) = (item for item in background_manifest() if item["name"] == background["name"])
        assert (listed["sha256"], listed["licence"]) == (background["sha256"], background["licence"])
        assert split_backgrounds([Path(background["name"])])[1]


def test_builtin_stands_for_the_folder_of_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    evaluate.add_parser(parser.add_subparsers())
    for option in ("--dataset", "--datasets"):
        assert parser.parse_args(["evaluate", option, "builtin", "-o", "x"]).dataset == builtin_folder()
    (tmp_path / "builtin").mkdir()
    assert parser.parse_args(["evaluate", "--dataset", "builtin", "-o", "x"]).dataset == Path("builtin")
