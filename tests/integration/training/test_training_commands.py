"""`lfpnet train`, `finetune` and `ablate` from files to files, and what they refuse."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lfpnet.data.pool import build_pool
from lfpnet.data.samples import SampleChances
from lfpnet.model.checkpoint import Provenance, load_network, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.config import TrainingConfig
from lfpnet.training.phase import Phase
from lfpnet.training.toml_text import toml_text
from sidecar.cli.main import main

EXAMPLE = Path(__file__).parents[3] / "examples" / "finetune" / "finetune_a_shot.py"
WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for part, seed in (("train", 5), ("held", 6)):
        build_pool(folder / part, 4, seed, procedural_backgrounds=2, size=64)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "parent.safetensors"
    save_checkpoint(path, build_network(NETWORK), Provenance("parent", "CC-BY-4.0", "pytest"))
    return path


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """The shot of the example."""
    folder = tmp_path_factory.mktemp("example")
    command = [sys.executable, str(EXAMPLE), "--to", str(folder), "--compose-only"]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(EXAMPLE.parents[2])})
    assert len(list((folder / "shot" / "plate").iterdir())) == 8
    return folder / "shot"


def _finetune(shot, weights, pool, output, *more):
    quick = ["--steps", "2", "--check-steps", "1", "--inner-size", "32", "--batch-size", "1", "--device", "cpu"]
    which = ["--shots", str(shot), "--weights", str(weights), "--pool", str(pool), "-o", str(output)]
    return main(["finetune", *which, *quick, *more])


@pytest.mark.heavy
def test_fine_tuned_weights_come_with_pictures_figures_and_the_parent_s_licence(shot, weights, pool, tmp_path, capsys):
    new = tmp_path / "new.safetensors"
    assert _finetune(shot, weights, pool, new, "--hold-back", "1003", "--even-if-worse") == 0
    _, provenance = load_network(new)
    assert (provenance.name, provenance.licence) == ("new", "CC-BY-4.0")
    assert provenance.facts["shots"] == ["shot"]
    assert provenance.facts["held-back frames"] == ["1003"]
    assert (tmp_path / "new.png").stat().st_size > 10_000
    report = json.loads((tmp_path / "new.json").read_text())
    assert report["frames"]["before"]["1003"]["mse"] > 0
    assert "1003" in capsys.readouterr().out
    before = new.read_bytes()
    assert _finetune(shot, weights, pool, new) == 2
    assert "is not overwritten" in capsys.readouterr().err
    assert new.read_bytes() == before


def test_weights_that_gained_nothing_are_not_written(shot, weights, pool, tmp_path, capsys):
    new = tmp_path / "new.safetensors"
    assert _finetune(shot, weights, pool, new, "--learning-rate", "0", "--every", "8") == 2
    assert "nothing was gained" in capsys.readouterr().err
    assert not new.exists()
    assert (tmp_path / "new.png").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--hold-back", "7"], "got 7; name frames"),
        (["--minutes", "0"], "minutes above 0"),
        (["--inner-size", "50"], "a multiple of 16, got 50"),
        (["--pool", "nowhere"], "lfpnet data pool"),
    ],
)
def test_what_cannot_be_fine_tuned_is_a_sentence(shot, weights, pool, tmp_path, capsys, more, sentence):
    assert _finetune(shot, weights, pool, tmp_path / "new.safetensors", *more) == 2
    assert sentence in capsys.readouterr().err


def test_a_disk_without_room_is_a_sentence_before_anything_is_matted(
    shot, weights, pool, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 20))
    assert _finetune(shot, weights, pool, tmp_path / "new.safetensors") == 2
    assert "MiB for the new weights and their pictures in" in capsys.readouterr().err


def test_a_folder_without_frames_and_a_strange_name_are_refused(weights, pool, tmp_path, capsys):
    assert _finetune(tmp_path, weights, pool, tmp_path / "new.safetensors") == 2
    assert "laid out like none of" in capsys.readouterr().err
    assert _finetune(tmp_path, weights, pool, tmp_path / "new.pt") == 2
    assert "ends in .safetensors" in capsys.readouterr().err
    assert _finetune(tmp_path, weights, pool, tmp_path / "no" / "new.safetensors") == 2
    assert "create it" in capsys.readouterr().err


def test_an_ablation_prints_its_table(pool, tmp_path, capsys):
    scale = ["--steps", "1", "--seeds", "1", "--inner-size", "32", "--batch-size", "1", "--scenes", "1"]
    assert main(["ablate", "--pool", str(pool), "-o", str(tmp_path), *scale, "--device", "cpu"]) == 0
    assert "| w/o P.M. |" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_whose_whole_group_is_ended_saves_says_so_and_goes_on(pool, tmp_path, number):
    config = TrainingConfig(NETWORK, (Phase(100_000, inner_size=32, batch_size=1),), precision="fp32")
    (tmp_path / "run.toml").write_text(toml_text(config))
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "sidecar.cli.main", "train", "--config", str(tmp_path / "run.toml")]
    command += ["--pool", str(pool), "-o", str(folder), "--workers", "1", "--device", "cpu"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, start_new_session=True) as process:
        deadline = time.monotonic() + 120
        while not (folder / "log.jsonl").exists() or not (folder / "log.jsonl").read_text().count("\n"):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, number)  # as a terminal and a farm do: the workers get it too
        out, errors = process.communicate(timeout=500)
    assert process.returncode == 0, errors
    assert "goes on from there" in out
    assert (folder / "state.pt").exists()
    assert load_network(folder / "weights.safetensors")[1].facts["steps"] >= 1


def test_chances_and_radii_of_the_file_decide_what_training_sees(pool, tmp_path):
    config = TrainingConfig(NETWORK, (Phase(1, inner_size=32, batch_size=2),), precision="fp32", validation_samples=1)
    looks = {"usual": {}, "grey": {"chances": SampleChances(grey_scale=1.0)}, "tight": {"trimap_radii": (0.0, 1.0)}}
    losses = set()
    for name, look in looks.items():
        (tmp_path / "run.toml").write_text(toml_text(replace(config, **look)))
        where = ["--pool", str(pool), "--config", str(tmp_path / "run.toml"), "-o", str(tmp_path / name)]
        assert main(["train", *where, "--workers", "0", "--device", "cpu"]) == 0
        losses.add(json.loads((tmp_path / name / "log.jsonl").read_text())["loss"])
    assert len(losses) == 3


@pytest.mark.parametrize("command", ["train", "ablate", "finetune"])
@pytest.mark.parametrize("option", ["--threads", "--workers"])
def test_counts_below_nothing_are_refused(tmp_path, capsys, command, option):
    where = {"finetune": ["--shots", str(tmp_path)]}.get(command, ["--pool", str(tmp_path)])
    assert main([command, *where, "-o", str(tmp_path / "new.safetensors"), option, "-1"]) == 2
    assert f"Expected {option} of at least 0, got -1; raise it." in capsys.readouterr().err
