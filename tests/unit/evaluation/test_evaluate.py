import csv
import json

import cv2
import numpy as np
import pytest

from lfpnet.data.layouts import Case, find_cases
from lfpnet.errors import TrimapError
from lfpnet.evaluation import (
    PLAIN,
    PUBLISHED,
    Estimate,
    OneHalf,
    RunFacts,
    evaluate,
    measure,
    summarise,
    write_csv,
    write_json,
)
from lfpnet.evaluation.pictures import PictureBudget, error_map
from lfpnet.metrics import connectivity_error, foreground_colour_error, gradient_error, mse, sad


class Refusing:
    """A method that cannot do one case."""

    name, settings = "refusing", {}

    def __call__(self, case):
        if case.name == "second":
            raise TrimapError("no foreground")
        return OneHalf()(case)


def _run(cases, methods, protocol=PLAIN, **options):
    return list(evaluate(cases, methods, protocol, budget=PictureBudget(1 << 20), **options))


def _facts(methods, count=3):
    return RunFacts("discs", "pairs", "lfpnet evaluate", "plain", {m.name: m.settings for m in methods}, count)


def test_every_figure_is_the_metric_called_by_hand(data_set, offset):
    cases = find_cases(data_set)
    results = _run(cases, [offset("brighter", 0.1, 0.05), OneHalf()])
    assert [result.name for result in results] == ["first", "second", "third"]
    for case, result in zip(cases, results, strict=True):
        pixels = case.read()
        for row, estimate in zip(result.rows, (offset("", 0.1, 0.05)(pixels), OneHalf()(pixels)), strict=True):
            three = (estimate.alpha, pixels.alpha, pixels.trimap)
            assert (row.figures.sad, row.figures.mse) == (sad(*three), mse(*three))
            assert row.figures.grad == gradient_error(*three)
            assert row.figures.conn == connectivity_error(*three)
        brighter, half = result.rows
        assert half.figures.foreground_mse is None
        foreground = pixels.foreground + np.float32(0.05)
        by_hand = foreground_colour_error(foreground, pixels.foreground, pixels.alpha, pixels.trimap)
        assert brighter.figures.foreground_mse == by_hand == pytest.approx(0.0025, rel=1e-4)


def test_the_published_protocol_measures_8_bit_alphas_with_the_published_conventions(data_set):
    pixels = find_cases(data_set)[0].read()
    alpha = np.clip(pixels.alpha * np.float32(0.7) + np.float32(0.1), 0, 1)
    figures = measure(pixels, Estimate(alpha, None), PUBLISHED)
    three = (alpha, pixels.alpha, pixels.trimap)
    assert figures.sad == sad(*three, quantise="truncate") != sad(*three)
    assert figures.mse == mse(*three, quantise="truncate")
    assert figures.grad == gradient_error(*three, quantise="truncate", convention="mat2gray")
    assert figures.grad < gradient_error(*three)
    assert figures.conn == connectivity_error(*three, quantise="truncate", convention="largest_component")


def test_a_case_that_one_method_cannot_do_counts_for_none(data_set, offset):
    results = _run(find_cases(data_set), [offset("exact", 0.0), Refusing()])
    assert results[1].rows[1].failure == "no foreground"
    exact, refusing = summarise(results)
    assert (exact.count, exact.failures, refusing.count, refusing.failures) == (2, 0, 2, 1)
    by_hand = [results[place].rows[1].figures.sad for place in (0, 2)]
    assert refusing.mean["sad"] == refusing.median["sad"] == sum(by_hand) / 2
    assert exact.mean["mse"] == 0
    assert "foreground_mse" not in exact.mean


def test_a_trimap_without_unknown_pixels_is_refused_or_skipped_by_name(data_set, offset):
    cases = find_cases(data_set)
    empty = Case("empty", cases[0].plate, cases[0].alpha, trimap=_black(data_set))
    with pytest.raises(TrimapError, match=r"first\.png.*black\.png"):
        _run([empty], [offset("exact", 0.0)])
    skipped = []
    results = _run([empty, cases[1]], [offset("exact", 0.0)], on_skip=skipped.append)
    assert [result.name for result in results] == ["second"]
    assert len(skipped) == 1


def _black(data_set):
    path = data_set / "black.png"
    cv2.imwrite(str(path), np.zeros((72, 96), np.uint8))
    return path


def test_tables_hold_what_was_measured(data_set, offset, tmp_path):
    methods = [offset("exact", 0.0), Refusing()]
    results = _run(find_cases(data_set), methods)
    write_csv(tmp_path / "figures.csv", results)
    write_json(tmp_path / "figures.json", results, _facts(methods))
    with (tmp_path / "figures.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["case"], row["method"]) for row in rows][:2] == [("first", "exact"), ("first", "refusing")]
    assert float(rows[1]["sad"]) == pytest.approx(results[0].rows[1].figures.sad)
    assert (rows[3]["sad"], rows[3]["failure"]) == ("", "no foreground")
    stored = json.loads((tmp_path / "figures.json").read_text())
    assert stored["cases"][0]["rows"][1]["figures"]["sad"] == results[0].rows[1].figures.sad
    assert stored["facts"]["command"] == "lfpnet evaluate"
    assert stored["summary"][1]["failures"] == 1


def test_error_maps_are_orange_where_too_high_blue_where_too_low_and_dim_where_known():
    alpha, truth = np.float32([[0.9, 0.1, 0.5, 1.0]]), np.float32([[0.1, 0.9, 0.5, 0.0]])
    drawn = error_map(alpha, truth, np.uint8([[128, 128, 128, 255]])).astype(int)
    assert drawn[0, 0, 0] > drawn[0, 0, 2] + 100
    assert drawn[0, 1, 2] > drawn[0, 1, 0] + 100
    assert drawn[0, 2].tolist() == [38, 38, 38]
    assert drawn[0, 3].max() < 20


def test_pictures_of_evenly_spread_cases_stay_within_the_budget():
    budget = PictureBudget(1000)
    for index in range(50):
        if budget.wants(index):
            budget.add(index, {"plate": b"x" * 150})
    kept = sorted(budget.kept)
    assert sum(len(files["plate"]) for files in budget.kept.values()) <= 1000
    assert kept == list(range(0, 50, kept[1]))
    assert len(kept) >= 4


def test_one_case_is_pictured_however_small_the_budget():
    budget = PictureBudget(1)
    for index in range(3):
        budget.add(index, {"plate": b"xyz"})
    assert list(budget.kept) == [0]
