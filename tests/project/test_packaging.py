"""What a user installs holds everything that the command needs."""

import configparser
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lfpnet.weights import default_weights, packaged_weights

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=500)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_module_that_git_has(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "lfpnet", "sidecar"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(listed.stdout.split()) <= set(wheel.namelist())


def test_the_wheel_holds_all_weights_and_their_cards(wheel):
    for file in packaged_weights():
        assert {f"lfpnet/weights/{file.name}", f"lfpnet/weights/{file.stem}.md"} <= set(wheel.namelist())
        assert wheel.getinfo(f"lfpnet/weights/{file.name}").file_size < 20e6
    assert default_weights() in packaged_weights()


def test_the_wheel_s_command_is_in_the_wheel(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    module, function = points["console_scripts"]["lfpnet"].split(":")
    assert f"def {function}(" in wheel.read(module.replace(".", "/") + ".py").decode()


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lfpnet", "sidecar"}


def _documents():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_file_that_the_paper_map_names_exists():
    named = re.findall(r"`(lfpnet/[\w/.]+)`", (ROOT / "docs" / "paper-map.md").read_text())
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).exists()] == []
