"""Servers that are killed while they start, greet or compute, and whose files are deleted: no frame is lost."""

import json
import os
import random
import shutil
import signal
import time

import pytest
from sidecar_fixtures import assert_is_matte_of, kill, plate_and_trimap, wait_until

from sidecar.client import launch
from sidecar.runtime.endpoint import read_endpoint
from sidecar.wire.errors import SidecarError

EXR = {"kind": "exr"}


def test_no_frame_is_lost_when_servers_are_killed_at_any_moment_starting_ones_too(workplace):
    chance = random.Random(5)
    clients = [workplace.client(f"host{index}", tiles=2, tile_seconds=0.02) for index in range(2)]
    frames = [plate_and_trimap(seed=seed) for seed in range(24)]
    targets = [workplace.pictures / f"matte.{index}.exr" for index in range(len(frames))]
    jobs = [
        clients[index % 2].submit(*frame, output={"kind": "file", "path": target, "depth": "float"})
        for index, (frame, target) in enumerate(zip(frames, targets, strict=True))
    ]
    for _ in range(12):
        time.sleep(chance.uniform(0.02, 0.8))
        for child in list(launch._children):
            if child.poll() is None:
                child.kill()
    for job, frame, target in zip(jobs, frames, targets, strict=True):
        job.wait(120)
        assert_is_matte_of(target, *frame)
    assert not list(workplace.pictures.glob(".*"))


def replaced(name, text):
    def act(folder):
        (folder / name).unlink()
        (folder / name).write_bytes(text)

    return act


def changed(**values):
    return lambda folder: (folder / "endpoint.json").write_text(
        json.dumps({**json.loads((folder / "endpoint.json").read_text()), **values})
    )


def to_folder(folder):
    (folder / "lock").unlink()
    (folder / "lock").mkdir()


def to_pipe(folder):
    (folder / "endpoint.json").unlink()
    os.mkfifo(folder / "endpoint.json")


DAMAGES = {
    "endpoint deleted": lambda folder: (folder / "endpoint.json").unlink(),
    "endpoint cut": replaced("endpoint.json", b"{"),
    "endpoint a list": replaced("endpoint.json", b"[1]"),
    "endpoint nested": replaced("endpoint.json", b"[" * 60_000),
    "endpoint no text": replaced("endpoint.json", b"\xff\xfe"),
    "endpoint a pipe": to_pipe,
    "another scheme": changed(control="foo://x", data="foo://y"),
    "numbers": changed(control=5, data=6),
    "nobody there": changed(control="ipc:///nowhere/x", data="ipc:///nowhere/y"),
    "a key that is none": changed(server_key="zzz"),
    "a token that is none": changed(token=7),
    "lock deleted": lambda folder: (folder / "lock").unlink(),
    "lock replaced": replaced("lock", b""),
    "lock a folder": to_folder,
    "sockets deleted": lambda folder: [path.unlink() for path in folder.iterdir() if len(path.name) == 17],
    "folder open": lambda folder: folder.chmod(0o755),
    "folder deleted": lambda folder: shutil.rmtree(folder, ignore_errors=True),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_runtime_folder_is_put_right_while_the_server_lives(workplace, name):
    old = workplace.client("old")
    assert old.matte(*plate_and_trimap(), output=EXR).exr
    pid = workplace.pid
    DAMAGES[name](workplace.folder)
    if name == "folder open":
        wait_until(lambda: not workplace.folder.stat().st_mode & 0o077)
    new = workplace.client("new")
    for client in (old, new):
        assert client.submit(*plate_and_trimap(seed=hash(client) % 1000), output=EXR).wait(60).exr
    wait_until(lambda: (found := read_endpoint(workplace.folder)) is not None and workplace.is_alive and found.pid > 1)
    assert {client.status()["pid"] for client in (old, new)} == {workplace.pid}
    if name != "folder deleted":
        assert workplace.pid == pid


def test_a_server_that_cannot_start_by_its_own_fault_is_still_an_error_at_once(workplace):
    client = workplace.client(die_at_start=True)
    with pytest.raises(SidecarError) as caught:
        client.matte(*plate_and_trimap(), output=EXR)
    assert caught.value.code == "launch_failed"
    assert "graphics driver" in caught.value.detail


def test_four_hundred_jobs_of_one_client_are_paced_and_none_refused(workplace):
    client = workplace.client(tiles=1)
    jobs = [client.submit(*plate_and_trimap(8, 8, seed=seed), output=EXR) for seed in range(400)]
    assert all(job.wait(120).exr for job in jobs)


def test_a_stopped_job_of_a_killed_server_does_not_come_back(workplace):
    client = workplace.client(tiles=1000, tile_seconds=0.05)
    job = client.submit(*plate_and_trimap(), output=EXR)
    wait_until(lambda: job.done > 0)
    kill(workplace.pid, signal.SIGKILL)
    client.cancel(job)
    with pytest.raises(SidecarError) as caught:
        job.wait(60)
    assert caught.value.code == "cancelled"
