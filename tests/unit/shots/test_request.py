"""One description of what is asked for: as options of a job, as words of a command, and in a record."""

import pytest

from sidecar.shots.errors import ShotError
from sidecar.shots.record import is_same_recipe
from sidecar.shots.request import MatteRequest, is_made_with

ROTO = MatteRequest(("roto",), 8, 16, model="hair", plan="exact", tile=256, tta=True, layers="nuke")


def test_bands_go_with_a_roto_only():
    assert ROTO.options()["inner_pixels"] == 8
    assert "inner_pixels" not in ROTO.options(sent=("plate", "trimap"))
    assert MatteRequest(inner_pixels=8).record() == MatteRequest(inner_pixels=9).record()


def test_words_of_the_command_line_ask_for_the_same():
    assert ROTO.command_words() == [
        "--band", "8", "16", "--weights", "hair", "--plan", "exact", "--tile", "256", "--depth", "half",
        "--layer-names", "nuke", "--tta",
    ]  # fmt: skip
    assert MatteRequest(depth="auto").command_words() == []


def test_weights_count_by_content_and_by_name_only_while_that_is_unknown():
    old, new = (MatteRequest(model_fingerprint=text).record() for text in ("old", "new"))
    unknown, renamed = MatteRequest().record(), MatteRequest(model="lfpnet-guided", model_fingerprint="old").record()
    assert not is_same_recipe(old, new)
    assert is_same_recipe(old, renamed)
    assert is_same_recipe(old, unknown)
    assert not is_same_recipe(unknown, old)
    assert not is_same_recipe(old, MatteRequest(model="hair").record())


def test_how_pictures_were_come_by_counts_only_where_they_are_not_compared():
    first, second = (MatteRequest(capture={"clip": (0, value)}) for value in (0.9, 0.8))
    assert is_same_recipe(first.record(), second.record())
    assert is_made_with(first.record(), first)
    assert not is_made_with(first.record(), second)
    assert is_made_with(MatteRequest().record(), second), "a farm has no capture"


@pytest.mark.parametrize("values", [{"masks": ("plate",)}, {"masks": ("core",)}, {"inner_pixels": -1}])
def test_what_cannot_be_is_one_sentence(values):
    with pytest.raises(ShotError, match=r"Expected .*; correct them\."):
        MatteRequest(**values)
