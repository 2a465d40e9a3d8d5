"""New and replaced weights are there at once; damaged and half-written ones never are."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_weights import small_weights, write_small_weights

from lfpnet.errors import WeightsError
from lfpnet.weights import default_weights, packaged_weights, user_models_folder
from lfpnet.weights.header import read_header
from sidecar.server.model_cache import ModelCache
from sidecar.server.model_registry import DEFAULT, ModelRegistry, described
from sidecar.wire.errors import SidecarError
from sidecar.wire.limits import HEADER_BYTES

WHOLE = small_weights()
#: What every list begins with.
ALWAYS = [DEFAULT, *(path.stem for path in packaged_weights())]


def host_of(catalogue):
    return ModelCache(
        lambda path, *_: path and path.read_bytes(), catalogue, device="cpu", precision="auto", capacity=2
    )  # fmt: skip


def test_weights_that_appear_later_are_found_with_their_licence(tmp_path):
    catalogue = ModelRegistry(None, [tmp_path / "later"])
    assert list(catalogue()) == ALWAYS
    write_small_weights(tmp_path / "later" / "sh010.safetensors")
    assert (catalogue()["sh010"].title, catalogue()["sh010"].licence) == ("sh010", "CC-BY-4.0")
    (tmp_path / "later" / "sh010.safetensors").unlink()
    assert "sh010" not in catalogue()


def test_the_newest_come_first_and_the_last_folder_wins(tmp_path):
    for age, (folder, name) in enumerate([("own", "old"), ("own", "both"), ("shared", "both"), ("shared", "new")]):
        path = write_small_weights(tmp_path / folder / f"{name}.safetensors")
        os.utime(path, ns=(10**18 + age, 10**18 + age))
    found = ModelRegistry(None, [tmp_path / "own", tmp_path / "shared"])()
    assert list(found) == [*ALWAYS, "new", "both", "old"]
    assert found["both"].path == tmp_path / "shared" / "both.safetensors"


def test_a_folder_s_file_hides_weights_that_ship_but_never_the_default(tmp_path):
    shipped = default_weights().stem
    own = write_small_weights(tmp_path / f"{shipped}.safetensors")
    write_small_weights(tmp_path / "default.safetensors")
    found = ModelRegistry(None, [tmp_path])()
    assert found[shipped].path == own
    assert list(found) == [name for name in ALWAYS if name != shipped] + [shipped]
    assert found[DEFAULT].path is None


@pytest.mark.parametrize("length", [0, 1, 7, 8, 40, len(WHOLE) - 1])
def test_a_half_written_file_is_not_listed_until_it_is_whole(tmp_path, length):
    path, catalogue = tmp_path / "sh010.safetensors", ModelRegistry(None, [tmp_path])
    path.write_bytes(WHOLE[:length])
    assert "sh010" not in catalogue()
    path.write_bytes(WHOLE)
    assert "sh010" in catalogue()


@given(st.binary(max_size=64), st.integers(0, len(WHOLE)))
def test_no_damage_is_worse_than_a_sentence(tmp_path_factory, noise, place):
    path = tmp_path_factory.mktemp("weights") / "sh010.safetensors"
    path.write_bytes(WHOLE[:place] + noise + WHOLE[place + len(noise) :])
    try:
        read_header(path)
    except WeightsError as error:
        assert str(error).startswith("Expected")  # noqa: PT017 - damage to the tensors alone cannot be seen


def test_what_is_no_file_of_ours_is_not_listed(tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    write_small_weights(tmp_path / ".hidden.safetensors")
    (tmp_path / "link.safetensors").symlink_to(tmp_path / "nowhere")
    (tmp_path / "other.safetensors").write_bytes(WHOLE.replace(b"lfpnet-1", b"others-1"))
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.safetensors")).write_bytes(WHOLE)
    assert list(ModelRegistry(None, [tmp_path])()) == ALWAYS


def test_a_replaced_file_is_loaded_anew_and_serves_on_while_it_is_written_over(tmp_path):
    path = write_small_weights(tmp_path / "sh010.safetensors", value=1.0)
    host = host_of(ModelRegistry(None, [tmp_path]))
    first, version = host.get("sh010"), host.version("sh010")
    assert host.get("sh010") is first
    path.write_bytes(WHOLE[:50])
    assert host.get("sh010") is first
    write_small_weights(path, value=2.0, name="sh010 again")
    assert host.version("sh010") != version
    assert host.get("sh010") == path.read_bytes()
    path.unlink()
    with pytest.raises(SidecarError, match="There is no model 'sh010'"):
        host.get("sh010")


def test_the_longest_names_and_licences_of_a_list_fit_into_a_message(tmp_path):
    import msgpack

    from sidecar.server.job_manager import LISTED_MODELS

    path = write_small_weights(tmp_path / "a.safetensors", licence="\U0001f600" * 5000, name="\U0001f600" * 5000)
    entry = described("n" * 243, ModelRegistry(None, [tmp_path])()[path.stem], is_loaded=True)
    assert len(msgpack.packb([entry] * LISTED_MODELS)) < HEADER_BYTES - 1024


def test_the_user_s_folder_is_named_or_lies_where_data_lie(tmp_path):
    assert user_models_folder({"LFPNET_MODELS": str(tmp_path)}) == tmp_path
    assert user_models_folder({}).parts[-2:] == ("lfpnet", "models")
