"""What the wire costs beside a memcpy of the same bytes in the same run: `python benchmarks/speed/transport.py`.

Figures are the best of several repeats, because the machine may be busy; ratios are to the memcpy of this very run.
Goals: shm submit of a 4K float RGBA <= 1.25 x memcpy, inline ipc <= 6 x, control p99 < 50 ms while a worker computes.
"""

import argparse
import mmap
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import zmq

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sidecar.client.launch import SERVER_ENVIRONMENT  # noqa: E402
from sidecar.client.sockets import Link  # noqa: E402
from sidecar.runtime.endpoint import Endpoint  # noqa: E402 - runs from a checkout
from sidecar.server.config import ServerLimits  # noqa: E402
from sidecar.server.shared_memory import SlotPool  # noqa: E402
from sidecar.wire.framing import unpack  # noqa: E402
from sidecar.wire.limits import CHUNK_BYTES, DATA_QUEUE_MESSAGES  # noqa: E402

RECEIVER = "receive"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--height", type=int, default=2160)
    parser.add_argument("--width", type=int, default=3840)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument(RECEIVER, nargs="*")
    arguments = parser.parse_args()
    if arguments.receive:
        return receive(*arguments.receive)
    plate = np.random.default_rng(0).random((arguments.height, arguments.width, 4), np.float32)
    copy = best(copying(plate), arguments.repeats)
    rows = [("memcpy, warm", copy, 1.0, "")]
    for name, seconds, goal in (
        ("shm: fill a reused slot and look at it", best(filling(plate), arguments.repeats), "<= 1.25"),
        ("inline over ipc, until the last byte is there", inline(plate, arguments.repeats), "<= 6"),
    ):
        rows.append((name, seconds, seconds / copy, goal))
    print(f"{plate.nbytes / 1e6:.0f} MB ({arguments.width}x{arguments.height} RGBA float)\n")
    print("| path | ms | x memcpy | goal |\n|---|---|---|---|")
    for name, seconds, ratio, goal in rows:
        print(f"| {name} | {seconds * 1000:.2f} | {ratio:.2f} | {goal} |")
    return 0


def best(action, repeats: int) -> float:
    """Seconds of the quickest repeat, after one to warm up."""
    action()
    return min(timed(action) for _ in range(repeats))


def timed(action) -> float:
    """Measure seconds."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def copying(plate: np.ndarray):
    """A copy into memory that has been touched before."""
    target = np.zeros_like(plate)
    return lambda: np.copyto(target, plate)


def filling(plate: np.ndarray):
    """The client's part: copy into a mapping of its own. The server's part: a view."""
    pool = SlotPool(ServerLimits())
    slot = pool.open(plate.nbytes)
    with Path(slot.path).open("r+b") as stream:
        mine = mmap.mmap(stream.fileno(), plate.nbytes)

    def fill() -> None:
        np.copyto(np.frombuffer(mine, np.uint8), plate.reshape(-1).view(np.uint8))
        assert pool.view(slot.name, 0, plate.nbytes).nbytes == plate.nbytes

    return fill


def inline(plate: np.ndarray, repeats: int) -> float:
    """Send in pieces, as `put` does, to a process that keeps them, until its short answer is here."""
    with tempfile.TemporaryDirectory(prefix="lfp") as folder:
        endpoint = Endpoint(f"ipc://{folder}/c", f"ipc://{folder}/d")
        variables = {**os.environ, **SERVER_ENVIRONMENT}
        call = [sys.executable, __file__, endpoint.control, endpoint.data, str(plate.nbytes), str(repeats + 1)]
        receiver = subprocess.Popen(call, env=variables)
        context = zmq.Context()
        link = Link(context, endpoint, None)
        link.control.send(b"are you there?")
        link.control.recv()
        data = plate.data.cast("B")

        def send() -> None:
            for offset in range(0, data.nbytes, CHUNK_BYTES):
                about = {"session": "s", "job": "j", "image": "plate", "offset": offset}
                piece = data[offset : offset + CHUNK_BYTES]
                while not link.send_data("put", about, piece):
                    link.data.poll(1000, zmq.POLLOUT)
            link.control.recv()

        seconds = best(send, repeats)
        receiver.wait(60)
        link.close()
        context.term()
    return seconds


def receive(control_address: str, data_address: str, nbytes: str, repeats: str) -> int:
    """The receiving process: unpack, check and keep every piece; answer when all are there."""
    context = zmq.Context()
    control, data = context.socket(zmq.ROUTER), context.socket(zmq.ROUTER)
    data.set_hwm(DATA_QUEUE_MESSAGES)
    control.bind(control_address)
    data.bind(data_address)
    peer, _ = control.recv_multipart()
    control.send_multipart([peer, b"yes"])
    for _ in range(int(repeats)):
        pieces, received = [], 0
        while received < int(nbytes):
            frames = data.recv_multipart(copy=False)
            message = unpack([frame.buffer for frame in frames[1:]])
            assert message.payload is not None
            pieces.append(message.payload)
            received += message.payload.nbytes
        control.send_multipart([peer, b"done"])
    control.close(linger=1000)
    data.close(linger=0)
    context.term()
    return 0


if __name__ == "__main__":
    sys.exit(main())
