"""New weights go where they were named, or where every sidecar looks."""

from pathlib import Path

import pytest

from lfpnet.errors import ConfigurationError, OutputError
from sidecar.cli.new_weights import check_output, output_path


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("LFPNET_MODELS", str(tmp_path / "own" / "models"))
    return tmp_path / "own" / "models"


def test_a_bare_name_goes_into_the_user_s_folder_which_is_made(models):
    assert output_path(None, "sh010 v1.2") == models / "sh010 v1.2.safetensors"
    path = output_path(Path("sh010"), "what menus show")
    assert path == models / "sh010.safetensors"
    check_output(path)
    assert models.is_dir()


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("path", ["new.safetensors", "here/new.safetensors", "/there/new.safetensors", "new.pt"])
def test_a_path_stays_what_it_is(path):
    assert output_path(Path(path), "a name") == Path(path)


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a\\b", "x" * 101, "a\nb", "C:", "default", None])
def test_what_cannot_be_a_file_s_name_is_refused(name):
    with pytest.raises(ConfigurationError, match="Expected"):
        output_path(None, name)


def test_a_taken_name_and_a_missing_folder_are_refused(models, tmp_path):
    models.mkdir(parents=True)
    (models / "sh010.safetensors").touch()
    with pytest.raises(OutputError, match="is not overwritten"):
        check_output(output_path(None, "sh010"))
    with pytest.raises(OutputError, match="create it"):
        check_output(tmp_path / "nowhere" / "new.safetensors")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LFPNET_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(OutputError, match="LFPNET_MODELS"):
        check_output(output_path(None, "sh010"))
