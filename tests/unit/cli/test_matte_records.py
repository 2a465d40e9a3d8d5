"""What a record of `lfpnet matte --frames` says of the weights."""

import argparse

import pytest

from sidecar.cli.main import main
from sidecar.cli.matte_request import request_of, with_weights


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Return the hash of the weights that a command line asks for, while no sidecar runs."""
    found = []
    monkeypatch.setenv("LFPNET_MODELS", str(tmp_path))
    monkeypatch.setenv("LFPNET_RUNTIME_DIR", str(tmp_path / "run"))

    def keep(asked: argparse.Namespace) -> int:
        found.append(with_weights(request_of(asked), asked, asks_sidecar=False).model_fingerprint)
        return 0

    monkeypatch.setattr("sidecar.cli.matte_frames.matte_frames", keep)

    def of(*words: str) -> str:
        plate = ("matte", str(tmp_path / "p.####.exr"), str(tmp_path / "t.exr"), "-o", str(tmp_path / "m.####.exr"))
        assert main([*plate, "--frames", "1", *words]) == 0
        return found[-1]

    return of


def test_weights_that_were_replaced_under_their_name_make_frames_stale(weights, tmp_path):
    (tmp_path / "hair.safetensors").write_bytes(b"first")
    first = weights("--weights", "hair")
    assert first == weights("--weights", "hair") != ""
    (tmp_path / "hair.safetensors").write_bytes(b"second weights")
    assert weights("--weights", "hair") not in (first, "")
    assert weights("--weights", "bald") == ""


def test_weights_that_ship_count_by_content_under_each_of_their_names(weights):
    assert weights() == weights("--weights", "default") == weights("--weights", "lfpnet-guided") != ""
    assert weights("--weights", "lfpnet-compact") not in (weights(), "")
