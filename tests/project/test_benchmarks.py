"""The benchmark of inference runs to its end at tiny sizes and writes every table."""

import subprocess
import sys
from pathlib import Path

import pytest

from lfpnet.model import Provenance, save_checkpoint

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "speed" / "inference.py"
TABLES = (
    "| network | frame | unknown | plan |",
    "| network | plan | tile | frame | peak MiB |",
    "| way | CPU s |",
    "| plate | unknown | `fast` - `exact`, mean |",
    "| plate | way | CPU s a forward |",
)


def run_benchmark(*arguments: object) -> str:
    """Run the script quickly; return what it prints."""
    command = [sys.executable, str(SCRIPT), "--quick", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=500).stdout


@pytest.fixture
def weights(lean_network, tmp_path):
    path = tmp_path / "tiny.safetensors"
    save_checkpoint(path, lean_network, Provenance("tiny", "Apache-2.0", "a test"))
    return path


@pytest.mark.heavy
def test_the_quick_benchmark_runs_to_its_end_and_writes_every_table(weights, tmp_path):
    output = tmp_path / "new folder" / "inference.md"
    printed = run_benchmark("--weights", weights, "--output", output)
    written = output.read_text(encoding="utf-8")
    assert printed.rstrip() == written.rstrip()
    assert all(header in written for header in TABLES)
    assert "## Targets" in written
    assert "`python benchmarks/speed/inference.py --quick --weights tiny.safetensors --output inference.md`" in written
    assert str(tmp_path) not in written


def test_the_benchmark_refuses_a_section_that_it_does_not_have():
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run_benchmark("--sections", "colour")
    assert "invalid choice: 'colour'" in refused.value.stderr
