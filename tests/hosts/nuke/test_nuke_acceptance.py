"""acceptance.py: in the fake's terminal for two scenarios, so that it does not rot; in a real Nuke if there is one."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nuke_scenarios import SCENARIOS
from nuke_terminal import run_terminal

HERE = Path(__file__).parent


def failures(report):
    results = json.loads(report.read_text(encoding="utf-8"))["results"]
    return len(results), [result["problem"] for result in results if not result["passed"]]


@pytest.mark.usefixtures("shared_sidecar")
def test_the_acceptance_script_plays_scenarios_and_reports_them(plugin_folder, tmp_path):
    names = ["a_custom_range_is_matted", "nothing_connected_is_one_sentence"]
    done = run_terminal(
        "-t",
        HERE / "acceptance.py",
        tmp_path / "report.json",
        *names,
        plugin=plugin_folder,
        LFPNET_PICTURES_PYTHON=sys.executable,
    )
    assert (done.returncode, failures(tmp_path / "report.json")) == (0, (2, [])), done.stderr
    assert done.stdout.splitlines()[-2:] == [f"passed {name}" for name in names]


def test_the_acceptance_script_reports_what_fails(plugin_folder, tmp_path):
    done = run_terminal(
        "-t",
        HERE / "acceptance.py",
        tmp_path / "report.json",
        "the_node_is_made",
        plugin=plugin_folder,
        LFPNET_PICTURES_PYTHON="/nowhere/python",
    )
    assert done.returncode == 1
    count, (problem,) = failures(tmp_path / "report.json")
    assert count == 1
    assert "/nowhere/python" in problem


@pytest.mark.heavy
@pytest.mark.usefixtures("shared_sidecar")
def test_every_scenario_passes_on_the_oldest_python_of_nuke(plugin_folder, tmp_path):
    python = os.environ.get("LFPNET_OLDEST_PYTHON")
    if python is None:
        pytest.skip("LFPNET_OLDEST_PYTHON names no Python 3.9 with pyzmq, msgpack, numpy and OpenEXR")
    done = run_terminal(
        "-t",
        HERE / "acceptance.py",
        tmp_path / "report.json",
        plugin=plugin_folder,
        python=python,
        timeout=500,
        LFPNET_PICTURES_PYTHON=sys.executable,
    )
    assert failures(tmp_path / "report.json") == (len(SCENARIOS), []), done.stdout + done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["python"].startswith("3.9.")


@pytest.mark.parametrize("name", ["acceptance.py", "nuke_scenarios.py"])
def test_what_a_real_nuke_runs_is_written_in_its_python_and_needs_nothing_else(name):
    tree = ast.parse((HERE / name).read_text(encoding="utf-8"), feature_version=(3, 9))
    allowed = sys.stdlib_module_names | {"nuke", "nuke_scenarios", "lfpnet_nuke"}
    has_annotations = any(isinstance(node, ast.AnnAssign) or getattr(node, "returns", None) for node in ast.walk(tree))
    assert not has_annotations or "from __future__ import annotations" in ast.unparse(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert str(node.module).split(".")[0] in allowed
        elif isinstance(node, ast.Call):
            assert "strict" not in {keyword.arg for keyword in node.keywords}


def test_every_scenario_says_what_it_is_about():
    assert all(scenario.__doc__ for scenario in SCENARIOS)


def test_acceptance_in_a_licensed_nuke(plugin_folder, tmp_path):
    nuke_executable = os.environ.get("LFPNET_NUKE_EXE")
    if nuke_executable is None:
        pytest.skip("LFPNET_NUKE_EXE names no licensed Nuke: the acceptance scenarios were not run in one")
    call = [nuke_executable, "-t", str(HERE / "acceptance.py"), str(tmp_path / "report.json")]
    variables = {**os.environ, "NUKE_PATH": str(plugin_folder), "LFPNET_PICTURES_PYTHON": sys.executable}
    subprocess.run(call, env=variables, check=False, timeout=500)
    count, problems = failures(tmp_path / "report.json")
    assert count == len(SCENARIOS)
    assert not problems, "\n".join(problems)
