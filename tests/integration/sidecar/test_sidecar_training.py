"""Training, fine-tuning and new weights through the messages of a real sidecar."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sidecar_fixtures import PATIENCE_SECONDS, ROOT, kill, plate_and_trimap, wait_until
from small_weights import small_weights, write_small_weights

from lfpnet.atomic_file import atomic_file
from lfpnet.data.pool import build_pool
from lfpnet.model.checkpoint import Provenance, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.training.config import TrainingConfig
from lfpnet.training.phase import Phase
from lfpnet.training.toml_text import toml_text
from sidecar.client import Client
from sidecar.server.process_identity import start_mark

#: Importing torch and pymatting takes a while on two busy cores.
RUN_SECONDS = 500.0
WIDTHS = {"matting_widths": (8, 8, 16, 16), "context_widths": (8, 8, 16, 16), "pooling_width": 10}
NETWORK = LFPNetConfig.of_preset("lfpnet-compact", **WIDTHS)


def names(client):
    return [model["name"] for model in client.models()]


def test_new_weights_are_in_the_list_of_a_running_sidecar_at_once(workplace):
    client = workplace.client()
    before = names(client)
    path = write_small_weights(workplace.models / "sh010.safetensors", licence="CC0-1.0")
    assert names(client) == [*before, "sh010"]
    assert client.models()[-1]["licence"] == "CC0-1.0"
    assert {"name": "sh010", "is_loaded": False} in client.status()["models"]
    assert "sh010" in workplace.client("another").status()["models"][-1]["name"]
    with path.open("r+b") as stream:
        stream.truncate(100)
    assert names(client) == before


def test_a_host_that_connects_later_is_told_of_weights_that_came_after_the_start(workplace):
    workplace.client().status()
    write_small_weights(workplace.models / "late.safetensors")
    later = workplace.client("later")
    later.status()
    assert "late" in later.capabilities["models"]


def test_a_job_with_replaced_weights_is_not_answered_from_the_cache(workplace):
    client, (plate, trimap) = workplace.client(), plate_and_trimap()
    path = write_small_weights(workplace.models / "sh010.safetensors")
    request = {"output": {"kind": "exr"}, "model": "sh010"}
    assert not client.matte(plate, trimap, **request).is_cached
    assert client.matte(plate, trimap, **request).is_cached
    with atomic_file(path) as stream:
        stream.write(small_weights(name="sh010 again"))
    assert not client.matte(plate, trimap, **request).is_cached


@pytest.mark.skipif(sys.platform == "win32", reason="processes have no start mark there")
def test_a_run_outlives_a_killed_server_and_the_next_one_stops_it(workplace):
    client = workplace.client()
    pid = client.train_start(["--epochs", "7"], command="finetune")["pid"]
    try:
        wait_until(lambda: client.train_status().get("progress"))
        client.close()
        first = workplace.pid
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not workplace.is_alive)
        again = workplace.client("again")
        found = again.train_status()
        assert workplace.pid != first
        assert (found["state"], found["pid"]) == ("running", pid)
        assert found["progress"]["arguments"] == ["finetune", "--epochs", "7"]
        again.train_stop()
        wait_until(lambda: again.train_status()["state"] == "stopped")
        assert not start_mark(pid)
    finally:
        kill(pid, signal.SIGKILL)


def finished(client: Client):
    wait_until(lambda: client.train_status()["state"] != "running", RUN_SECONDS)
    reply = client.train_status(log_lines=60)
    assert reply["state"] == "done", reply["log"]
    return reply["progress"]


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for part, seed in (("train", 5), ("held", 6)):
        build_pool(folder / part, 3, seed, procedural_backgrounds=2, size=64)
    return folder


def test_training_through_the_messages_ends_with_weights(workplace, pool):
    config = TrainingConfig(NETWORK, (Phase(2, inner_size=32, batch_size=1),), precision="fp32", validation_samples=1)
    (workplace.folder / "run.toml").write_text(toml_text(config))
    client = workplace.client(trains_really=True)
    run = workplace.folder / "run"
    where = ["--config", str(workplace.folder / "run.toml"), "--pool", str(pool), "-o", str(run)]
    client.train_start([*where, "--workers", "0", "--device", "cpu"])
    progress = finished(client)
    assert (progress["step"], progress["steps"]) == (2, 2)
    assert {"loss", "held-out mse"} <= set(progress)
    assert (run / "weights.safetensors").exists()


def test_fine_tuned_weights_can_be_asked_for_as_soon_as_the_run_has_ended(workplace, pool):
    shot = _shot(workplace.folder)
    parent = workplace.folder / "parent.safetensors"
    save_checkpoint(parent, build_network(NETWORK), Provenance("parent", "CC-BY-4.0", "pytest"))
    client = workplace.client(trains_really=True)
    which = ["--shots", str(shot), "--weights", str(parent), "--pool", str(pool), "--name", "sh010", "--even-if-worse"]
    quick = ["--steps", "2", "--check-steps", "1", "--inner-size", "32", "--batch-size", "1", "--device", "cpu"]
    client.train_start([*which, *quick, "--every", "8"], command="finetune")
    progress = finished(client)
    assert (progress["step"], progress["steps"]) == (2, 2)
    assert {"loss", "held-back mse", "procedural mse"} <= set(progress)
    assert progress["before"]["mse"] > 0
    assert progress["after"]["sad"] > 0
    assert Path(progress["weights"]) == workplace.models / "sh010.safetensors"
    (entry,) = [model for model in client.models() if model["name"] == "sh010"]
    assert (entry["title"], entry["licence"]) == ("sh010", "CC-BY-4.0")
    result = client.submit(*plate_and_trimap(), output={"kind": "exr"}, model="sh010").wait(PATIENCE_SECONDS)
    assert result.exr


def _shot(folder: Path) -> Path:
    example = ROOT / "examples" / "finetune" / "finetune_a_shot.py"
    command = [sys.executable, str(example), "--to", str(folder), "--compose-only"]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=500)
    return folder / "shot"
