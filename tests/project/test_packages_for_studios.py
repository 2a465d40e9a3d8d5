"""Definitions for containers, rez and conda ask for what the package asks for; wheels install without the network."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Names that conda-forge gives otherwise, and what its recipe leaves to pip.
CONDA_NAMES = {"torch": "pytorch", "msgpack": "msgpack-python"}
LEFT_TO_PIP = {"opencv-python", "OpenEXR", "OpenImageIO", "OpenColorIO", "opencolorio", "av", "fileseq"}


def test_rez_and_conda_have_the_package_s_version_and_python():
    rez = ast.parse((PACKAGING / "rez" / "package.py").read_text())
    values = {node.targets[0].id: node.value for node in rez.body if isinstance(node, ast.Assign)}
    assert ast.literal_eval(values["version"]) == PROJECT["version"]
    assert ast.literal_eval(values["requires"]) == [f"python-{PROJECT['requires-python'].removeprefix('>=')}+"]
    recipe = (PACKAGING / "conda" / "recipe.yaml").read_text()
    assert f"version: {PROJECT['version']}\n" in recipe
    assert f"- python {PROJECT['requires-python']}\n" in recipe


def test_conda_asks_for_every_dependency_with_its_least_version():
    recipe = (PACKAGING / "conda" / "recipe.yaml").read_text()
    for requirement in PROJECT["dependencies"]:
        name, least = re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,.*)?", requirement).groups()
        if name in LEFT_TO_PIP:
            assert name in recipe, f"the recipe does not say that {name} comes by pip"
        else:
            assert f"- {CONDA_NAMES.get(name, name)} >={least}\n" in recipe + "\n"


def test_the_container_starts_a_command_that_exists_with_options_that_exist():
    text = (PACKAGING / "container" / "Dockerfile").read_text()
    entry = ast.literal_eval(re.search(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)[1])
    also = ast.literal_eval(re.search(r"^CMD (\[.*\])$", text, re.MULTILINE)[1])
    assert entry[:2] == ["lfpnet", "serve"]
    shown = subprocess.run(
        [sys.executable, "-m", "sidecar.cli", "serve", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [word for word in entry + also if word.startswith("--") and word not in shown.stdout] == []
    for copied in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in copied.split())


@pytest.mark.heavy
@pytest.mark.timeout(1500)
@pytest.mark.skipif("CI" not in os.environ, reason="downloads 300 MB of wheels: set CI=1 to run it")
def test_a_folder_of_wheels_installs_without_the_network_and_mattes(tmp_path):
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    pip = [sys.executable, "-m", "venv", str(tmp_path / "maker")]
    subprocess.run(pip, check=True)
    command = ["pip", "wheel", "--quiet", "--wheel-dir", str(wheels), "--constraint", str(ROOT / "constraints.txt")]
    torch = re.search(r"^torch==.*$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[0]
    subprocess.run([str(tmp_path / "maker" / "bin" / "python"), "-m", *command, torch, str(ROOT)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    python = str(venv / "bin" / "python")
    offline = {**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHONPATH": ""}
    install = [python, "-m", "pip", "install", "--quiet", "--find-links", str(wheels), "lfpnet"]
    subprocess.run(install, env=offline, check=True, cwd=tmp_path)
    moose = ROOT / "examples" / "moose"
    matte = [str(venv / "bin" / "lfpnet"), "matte", str(moose / "plate.webp"), str(moose / "roto.json")]
    output = tmp_path / "moose.exr"
    subprocess.run([*matte, "-o", str(output), "--in-process"], env=offline, check=True, cwd=tmp_path)
    assert output.stat().st_size > 100_000
