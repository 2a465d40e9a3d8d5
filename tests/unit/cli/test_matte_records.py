"""What a record of `lfpnet matte --frames` says of the weights."""

import argparse

import pytest

from sidecar.cli.main import main
from sidecar.cli.matte_frames import _recipe


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Return the recipe of a command line."""
    found = {}

    def keep(arguments: argparse.Namespace) -> int:
        found.update(_recipe(arguments))
        return 0

    monkeypatch.setattr("sidecar.cli.matte_frames.matte_frames", keep)

    def of(*words: str) -> dict:
        found.clear()
        plate = ("matte", str(tmp_path / "p.####.exr"), str(tmp_path / "t.exr"), "-o", str(tmp_path / "m.####.exr"))
        assert main([*plate, "--frames", "1", *words]) == 0
        return dict(found)

    return of


def test_weights_that_were_replaced_under_their_name_make_frames_stale(recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("LFPNET_MODELS", str(tmp_path))
    (tmp_path / "hair.safetensors").write_bytes(b"first")
    first = recipe("--weights", "hair")
    assert first == recipe("--weights", "hair")
    (tmp_path / "hair.safetensors").write_bytes(b"second weights")
    assert recipe("--weights", "hair") != first
    assert "weights" not in recipe()
    assert "weights" not in recipe("--weights", "bald")
