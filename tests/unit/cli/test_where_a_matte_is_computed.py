"""`lfpnet matte` goes through the sidecar unless something asks for a process of its own."""

import argparse

import pytest

from sidecar.cli import matte


def _parsed(*words):
    parser = argparse.ArgumentParser()
    matte.add_parser(parser.add_subparsers())
    return parser.parse_args(["matte", "plate.exr", "trimap.png", "-o", "out.exr", *words])


@pytest.mark.parametrize(
    "words", [[], ["--sidecar"], ["--weights", "studio"], ["--sidecar", "--weights", "a.safetensors"]]
)
def test_the_sidecar_computes(words):
    assert matte.goes_through_sidecar(_parsed(*words))


@pytest.mark.parametrize(
    "words", [["--in-process"], ["--weights", "a.safetensors"], ["--device", "cpu"], ["--precision", "bf16"]]
)
def test_this_process_computes(words):
    assert not matte.goes_through_sidecar(_parsed(*words))


def test_both_at_once_are_refused():
    with pytest.raises(SystemExit):
        _parsed("--sidecar", "--in-process")
