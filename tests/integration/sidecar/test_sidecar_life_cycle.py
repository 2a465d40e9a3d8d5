"""How sidecars begin, end, freeze and die, with real processes and real signals."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from sidecar_fixtures import (
    PATIENCE_SECONDS,
    ROOT,
    assert_is_matte_of,
    command,
    environment,
    kill,
    plate_and_trimap,
    wait_until,
)  # fmt: skip

from sidecar.runtime.endpoint import Endpoint, write_endpoint
from sidecar.wire.errors import SidecarError

OUTPUT = {"kind": "exr"}


def test_many_clients_at_once_start_exactly_one_sidecar(workplace):
    clients = [workplace.client(f"host{index}") for index in range(6)]
    assert len({client.status(PATIENCE_SECONDS)["instance"] for client in clients}) == 1
    assert clients[0].status()["clients"] == 6


def test_many_processes_at_once_start_exactly_one_sidecar(workplace):
    script = (
        "import sys, json; from pathlib import Path; from sidecar.client import Client\n"
        "c = Client.local('host', directory=Path(sys.argv[1]), command=json.loads(sys.argv[2]))\n"
        "print(c.status(60)['pid']); c.close()"
    )
    variables = {**os.environ, **environment({})}
    call = [sys.executable, "-c", script, str(workplace.folder), json.dumps(command())]
    hosts = [subprocess.Popen(call, stdout=subprocess.PIPE, env=variables, cwd=ROOT) for _ in range(4)]
    answers = {host.communicate(timeout=PATIENCE_SECONDS)[0] for host in hosts}
    assert answers == {f"{workplace.pid}\n".encode()}


def test_a_sidecar_that_dies_at_start_is_reported_at_once_with_its_log(workplace):
    client = workplace.client(die_at_start=True)
    job = client.submit(*plate_and_trimap(), output=OUTPUT)
    with pytest.raises(SidecarError, match="exit code 3") as caught:
        job.wait(PATIENCE_SECONDS)
    assert caught.value.code == "launch_failed"
    assert "the graphics driver is missing" in caught.value.detail
    assert client.state == "failed"


def test_a_command_that_does_not_exist_is_reported(workplace):
    from sidecar.client import Client

    with Client.local("test", directory=workplace.folder, command=["/nowhere/lfpnet"]) as client:
        with pytest.raises(SidecarError) as caught:
            client.status(PATIENCE_SECONDS)
        assert caught.value.code == "launch_failed"


def test_a_stale_endpoint_is_healed(workplace):
    write_endpoint(workplace.folder, Endpoint("ipc:///nowhere/c", "ipc:///nowhere/d", instance="dead", pid=1))
    (workplace.folder / "lock").touch()
    assert workplace.client().matte(*plate_and_trimap(), output=OUTPUT).exr


def test_a_kill_in_mid_job_is_mended_by_one_restart(workplace):
    marker = workplace.folder / "crashed"
    client = workplace.client(crash_marker=str(marker))
    plate, trimap = plate_and_trimap()
    target = workplace.pictures / "matte.exr"
    others = [client.submit(plate + index, trimap, output=OUTPUT) for index in range(1, 4)]
    client.matte(plate, trimap, output={"kind": "file", "path": target, "depth": "float"})
    assert marker.exists()
    assert_is_matte_of(target, plate, trimap)
    assert all(job.wait(PATIENCE_SECONDS).exr for job in others)
    assert [path.name for path in workplace.pictures.iterdir()] == ["matte.exr"]


def test_a_job_under_which_too_many_sidecars_die_fails_alone(workplace, monkeypatch):
    monkeypatch.setattr("sidecar.client.pending_jobs.KILLS", 0)
    plate, trimap = plate_and_trimap()
    client = workplace.client(tiles=100_000, tile_seconds=0.02)
    poison = client.submit(plate, trimap, output=OUTPUT)
    for _ in range(2):
        wait_until(lambda: poison.done > 0)
        poison.done = 0
        kill(workplace.pid, signal.SIGKILL)
        wait_until(lambda: poison.is_over or poison.state == "submitted")
    with pytest.raises(SidecarError) as caught:
        poison.wait(PATIENCE_SECONDS)
    assert caught.value.code == "crashed"
    assert caught.value.retryable
    assert client.submit(plate, trimap, options={"tile": 1}, output=OUTPUT).wait(PATIENCE_SECONDS).exr


def test_a_stopped_server_is_called_unresponsive_and_work_goes_on_when_it_wakes(workplace):
    client = workplace.client(tiles=50, tile_seconds=0.05)
    job = client.submit(*plate_and_trimap(), output=OUTPUT)
    wait_until(lambda: job.done > 0)
    pid = workplace.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        wait_until(lambda: client.state != "connected")
        seconds = time.monotonic() - begun
        wait_until(lambda: "not answer" in client.sentence or "not answered" in client.sentence)
        with pytest.raises(SidecarError) as caught:
            client.status(timeout_seconds=1.0)
        assert caught.value.code in ("unresponsive", "timed_out")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert seconds < 3.0  # the bound that issue 3 names
    assert job.wait(PATIENCE_SECONDS).exr
    assert workplace.pid == pid


def test_a_client_that_vanishes_frees_its_jobs_and_memory(workplace):
    script = (
        "import sys, json, time, numpy as np; from pathlib import Path; from sidecar.client import Client\n"
        "c = Client.local('doomed', directory=Path(sys.argv[1]), command=json.loads(sys.argv[2]))\n"
        "j = [c.submit(np.full((500, 500, 3), i, np.float32), np.full((500, 500), 128, np.uint8),"
        " output={'kind': 'inline'}) for i in range(5)]\n"
        "while not j[0].done: time.sleep(0.01)\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    options = ("--session-seconds", "2")
    variables = {**os.environ, **environment({"tiles": 100_000, "tile_seconds": 0.02})}
    call = [sys.executable, "-c", script, str(workplace.folder), json.dumps(command(*options))]
    with subprocess.Popen(call, stdout=subprocess.PIPE, env=variables, cwd=ROOT) as doomed:
        assert doomed.stdout.readline() == b"ready\n"
        watcher = workplace.client("watcher", options=options)
        assert watcher.status()["memory"]["slot_bytes"] > 0
        doomed.kill()
        doomed.wait()
    wait_until(lambda: watcher.status()["clients"] == 1)
    wait_until(lambda: not watcher.status()["jobs"] and watcher.status()["memory"]["slot_bytes"] == 0)
    assert watcher.submit(*plate_and_trimap(), options={"tile": 1}, output=OUTPUT).wait(PATIENCE_SECONDS).exr


def test_sigterm_finishes_what_was_accepted_and_nothing_else(workplace):
    client = workplace.client(tiles=30, tile_seconds=0.02)
    jobs = [client.submit(*plate_and_trimap(seed=seed), output=OUTPUT) for seed in range(3)]
    wait_until(lambda: jobs[0].done > 0 and jobs[2].state != "submitted")
    kill(workplace.pid, signal.SIGTERM)
    assert all(job.wait(PATIENCE_SECONDS).exr for job in jobs)
    wait_until(lambda: not workplace.is_alive)
    assert sorted(path.name for path in workplace.folder.iterdir() if path.suffix != ".log") == ["lock", "pictures"]


def test_two_sigterms_end_the_sidecar_at_once_and_say_so(workplace):
    client = workplace.client(tiles=100_000, tile_seconds=0.02)
    job = client.submit(*plate_and_trimap(), output=OUTPUT)
    wait_until(lambda: job.done > 0)
    pid = workplace.pid
    kill(pid, signal.SIGTERM)
    wait_until(lambda: client.capabilities["state"] == "draining")
    kill(pid, signal.SIGTERM)
    with pytest.raises(SidecarError) as caught:
        job.wait(PATIENCE_SECONDS)
    assert caught.value.code == "shutting_down"
    assert caught.value.retryable


def test_an_idle_sidecar_ends_and_the_next_job_starts_another(workplace):
    client = workplace.client(options=("--idle-seconds", "0.5"))
    assert client.matte(*plate_and_trimap(), output=OUTPUT).exr
    first = client.capabilities["instance"]
    wait_until(lambda: client.state == "asleep")
    assert client.matte(*plate_and_trimap(), output=OUTPUT).exr
    assert client.capabilities["instance"] != first


def test_a_closed_client_fails_its_jobs_and_takes_no_more(workplace):
    client = workplace.client(tiles=100_000, tile_seconds=0.02)
    job = client.submit(*plate_and_trimap(), output=OUTPUT)
    client.close()
    with pytest.raises(SidecarError, match="closed"):
        job.wait(PATIENCE_SECONDS)
    with pytest.raises(SidecarError, match="closed"):
        client.submit(*plate_and_trimap(), output=OUTPUT)


def test_fifty_frames_of_two_clients_survive_two_kills(workplace):
    frames = [plate_and_trimap(seed=seed) for seed in range(50)]
    clients = [workplace.client(f"host{index}", tile_seconds=0.01, restarts=2) for index in range(2)]
    targets = [workplace.pictures / f"matte.{1001 + index}.exr" for index in range(50)]
    jobs = [
        clients[index % 2].submit(*frame, output={"kind": "file", "path": target, "depth": "float"}, priority="batch")
        for index, (frame, target) in enumerate(zip(frames, targets, strict=True))
    ]
    for part in (10, 30):
        wait_until(lambda part=part: sum(job.is_over for job in jobs) >= part)
        kill(workplace.pid, signal.SIGKILL)
    for job in jobs:
        job.wait(PATIENCE_SECONDS)
    for frame, target in zip(frames, targets, strict=True):
        assert_is_matte_of(target, *frame)
    leftovers = {path.name for path in workplace.pictures.iterdir()} - {target.name for target in targets}
    assert all(name.startswith(".lfpnet-") for name in leftovers)  # a kill may leave a temporary file, never a frame
