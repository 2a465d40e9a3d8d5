"""Two processes of `torchrun` share every step and compute what one computes alone."""

import json
import os
import subprocess
import sys

import pytest

from lfpnet.data.pool import build_pool
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.config import TrainingConfig
from lfpnet.training.phase import Phase
from lfpnet.training.toml_text import toml_text

WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}


def _train(*arguments, processes):
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command = [sys.executable, *(launcher if processes > 1 else []), "-m", "sidecar.cli.main", "train", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, timeout=500, env=environment, check=False)


@pytest.mark.heavy
def test_two_processes_compute_what_one_does_with_the_whole_batch(tmp_path):
    for part, seed in (("train", 5), ("held", 6)):
        build_pool(tmp_path / "pool" / part, 4, seed, procedural_backgrounds=2, size=64)
    config = TrainingConfig(
        LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS),
        (Phase(4, inner_size=48, batch_size=4, warm_up_steps=1),),
        validation_samples=1,
        precision="fp32",
        has_frozen_statistics=True,  # those of a batch would be those of a share
    )
    (tmp_path / "run.toml").write_text(toml_text(config))
    common = ["--config", str(tmp_path / "run.toml"), "--pool", str(tmp_path / "pool"), "--workers", "0"]
    losses = []
    for processes in (1, 2):
        folder = tmp_path / f"run-{processes}"
        done = _train(*common, "--device", "cpu", "-o", str(folder), processes=processes)
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines] == [1, 2, 3, 4]  # one process writes
        assert len(list((folder / "tensorboard").iterdir())) == 1
        losses.append([line["loss"] for line in lines])
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
