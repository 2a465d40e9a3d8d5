"""The long forms of the sidecar's promises; run by hand: `python tests/integration/sidecar/soak.py [SOAK ...]`.

1. `shell-loops`: two shells, each a loop over half of the frames with `lfpnet matte --sidecar`; the server is killed
   while they run: every EXR right.
2. `frames-in-a-row`: frames in a row through every transport: every pixel right, the server's memory flat.
3. `frames-under-fire`: frames of two concurrent clients while the server is killed again and again: every EXR right.
4. `broken-messages`: broken messages by the hundred thousand: the server lives and its memory is flat.
"""

import argparse
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))
sys.path.insert(0, str(Path(__file__).parents[3]))

import numpy as np
from raw_peer import RawPeer
from sidecar_fixtures import (
    Workplace,
    assert_is_matte_of,
    command,
    environment,
    kill,
    plate_and_trimap,
    wait_until,
    write_plate,
    write_trimap,
)

from sidecar.client import Client
from sidecar.wire.errors import SidecarError
from sidecar.wire.framing import pack
from sidecar.wire.version import MAGIC

#: Caches are full and allocators warm after so many frames; from then on memory has to stay.
WARM_FRAMES = 0.3
FLAT_BYTES = 64 << 20
LOOP_PACE = {"tiles": 20, "tile_seconds": 0.02}


def main() -> int:
    """Run the soaks one after another; an assertion ends the script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("soaks", nargs="*", metavar="SOAK", help=f"{', '.join(SOAKS)}; default: all")
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--loop-frames", type=int, default=50, help="of shell-loops")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--loop-kills", type=int, default=2, help="of shell-loops")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=512, help="height of the plates in pixels")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in arguments.soaks or SOAKS:
        soak = SOAKS[name]
        workplace = Workplace()
        try:
            soak(workplace, arguments)
        finally:
            workplace.close()
    return 0


def shell_loops(workplace: Workplace, arguments: argparse.Namespace) -> None:
    """Kill the server twice while two shells work through their frames."""
    count, folder = arguments.loop_frames, workplace.pictures
    frames = [plate_and_trimap(seed=seed) for seed in range(count)]
    for number, (plate, trimap) in enumerate(frames):
        write_plate(folder / f"plate.{number}.exr", plate)
        write_trimap(folder / f"trimap.{number}.png", trimap)
    lfpnet = shlex.join([sys.executable, "-m", "sidecar.cli"])
    body = f"{lfpnet} matte plate.$f.exr trimap.$f.png -o matte.$f.exr --sidecar || exit 1"
    variables = {
        **os.environ,
        **environment(LOOP_PACE),
        "LFPNET_RUNTIME_DIR": str(workplace.folder),
        # The word `serve` that is added becomes the shell's $0.
        "LFPNET_COMMAND": shlex.join(["sh", "-c", "exec " + shlex.join(command())]),
    }
    begun = time.monotonic()
    shells = [
        subprocess.Popen(
            ["sh", "-c", f"for f in {' '.join(map(str, range(start, count, 2)))}; do {body}; done"],
            cwd=folder,
            env=variables,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        for start in range(2)
    ]
    watcher = workplace.client("watcher", **LOOP_PACE)  # it may be the first to start the server again
    for number in range(arguments.loop_kills):
        share = (number + 1) * count // (arguments.loop_kills + 2)
        wait_until(lambda share=share: len(list(folder.glob("matte.*.exr"))) >= share, seconds=600)
        wait_until(lambda: running_labels(watcher), seconds=60)
        kill(workplace.pid, signal.SIGKILL)
    ends = [(shell.communicate(timeout=600)[1].decode(), shell.returncode) for shell in shells]
    assert [code for _, code in ends] == [0, 0], ends
    for number, frame in enumerate(frames):
        assert_is_matte_of(folder / f"matte.{number}.exr", *frame)
    assert not list(folder.glob(".*"))
    assert any("looking for it" in errors for errors, _ in ends)
    print(
        f"{count} frames of two shell loops right after {arguments.loop_kills} kills, {time.monotonic() - begun:.0f} s"
    )


def running_labels(watcher: Client) -> set[str]:
    """The frames that the sidecar works on now; none while it is being started."""
    try:
        return {job["label"] for job in watcher.status()["jobs"] if job["done"]}
    except SidecarError:
        return set()


def frames_in_a_row(workplace: Workplace, arguments: argparse.Namespace) -> None:
    """Every transport in turn, all frames different, so that nothing comes from the cache."""
    shared = workplace.client("shm")
    inline = workplace.client("inline", uses_shared_memory=False)
    target = workplace.pictures / "matte.exr"
    outputs = ({"kind": "inline"}, {"kind": "exr"}, {"kind": "file", "path": target, "depth": "float"})
    sizes = []
    begun = time.monotonic()
    for index in range(arguments.frames):
        plate, trimap = plate_and_trimap(arguments.side, arguments.side * 16 // 9, seed=index)
        client = (shared, inline)[index % 2]
        output = outputs[index % 3]
        result = client.matte(plate, trimap, output=output)
        if result.layers:
            np.testing.assert_array_equal(result.layers["foreground"], plate)
        elif result.path:
            assert_is_matte_of(target, plate, trimap)
        sizes.append(shared.status()["memory"]["resident_bytes"])
    warm = sizes[int(len(sizes) * WARM_FRAMES) :]
    # The result cache fills up to its bound; what it holds is known and allowed.
    grown = max(warm) - warm[0] - shared.status()["memory"]["cache_bytes"]
    seconds = time.monotonic() - begun
    ends = f"{sizes[0] >> 20} -> {sizes[-1] >> 20} MB"
    print(f"{len(sizes)} frames in {seconds:.0f} s; memory {ends}, beside the cache {grown >> 20} MB")
    assert grown < FLAT_BYTES


def frames_under_fire(workplace: Workplace, arguments: argparse.Namespace) -> None:
    """Kill the server after every few frames."""
    count = arguments.frames // 5
    frames = [plate_and_trimap(seed=seed) for seed in range(count)]
    clients = [workplace.client(f"host{index}", tile_seconds=0.02, restarts=arguments.kills) for index in range(2)]
    targets = [workplace.pictures / f"matte.{index:04}.exr" for index in range(count)]
    jobs = [
        clients[index % 2].submit(*frames[index], output={"kind": "file", "path": target, "depth": "float"})
        for index, target in enumerate(targets)
    ]
    for number in range(arguments.kills):
        share = (number + 1) * count // (arguments.kills + 2)
        wait_until(lambda share=share: sum(job.is_over for job in jobs) >= share, seconds=300)
        kill(workplace.pid, signal.SIGKILL)
    for job, frame, target in zip(jobs, frames, targets, strict=True):
        job.wait(300)
        assert_is_matte_of(target, *frame)
    print(f"{count} frames right after {arguments.kills} kills")


def broken_messages(workplace: Workplace, arguments: argparse.Namespace) -> None:
    """Mutate and truncate."""
    client = workplace.client()
    before, pid = client.status()["memory"]["resident_bytes"], workplace.pid
    good = pack("hello", {"protocol": [1, 0], "client": "x", "client_id": "y"})[1]
    chance = random.Random(1)
    with RawPeer(workplace.folder) as peer:
        for _ in range(arguments.messages):
            header = bytearray(good[: chance.randrange(len(good) + 1)])
            if header:
                header[chance.randrange(len(header))] = chance.randrange(256)
            peer.control.send_multipart([MAGIC, bytes(header)])
            while peer.control.poll(0):
                peer.control.recv_multipart()
    report = client.status(60)
    grown = report["memory"]["resident_bytes"] - before
    print(f"{arguments.messages} broken messages; memory grew by {grown >> 20} MB")
    assert report["pid"] == pid
    assert grown < FLAT_BYTES


SOAKS = {
    "shell-loops": shell_loops,
    "frames-in-a-row": frames_in_a_row,
    "frames-under-fire": frames_under_fire,
    "broken-messages": broken_messages,
}

if __name__ == "__main__":
    sys.exit(main())
