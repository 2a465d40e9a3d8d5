"""Start, answer, cancel and overhead of a real sidecar: `python benchmarks/speed/sidecar.py [--width 3840 ...]`.

Everything comes from one run on one machine, so that the ratios can be compared; goals stand beside the figures.
"""

import argparse
import contextlib
import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from sidecar.client import Client  # noqa: E402 - runs from a checkout
from sidecar.wire.errors import SidecarError  # noqa: E402


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", type=Path, help="default: the weights that ship")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--height", type=int, default=540)
    parser.add_argument("--width", type=int, default=960)
    parser.add_argument("--unknown", type=float, default=0.3, help="share of unknown pixels, one block")
    parser.add_argument("--tile", type=int, default=256)
    parser.add_argument("--pings", type=int, default=200)
    arguments = parser.parse_args()
    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="lfp") as folder:
        Path(folder).chmod(0o700)
        command = [sys.executable, "-m", "sidecar.cli.serve", "--device", arguments.device, "--allow", folder]
        if arguments.weights:
            command += ["--weights", str(arguments.weights.resolve())]
        begun = time.perf_counter()
        where = {"PYTHONPATH": str(ROOT)} | {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "")}
        client = Client.local("benchmark", directory=Path(folder), command=command, environment=where)
        try:
            measure(client, arguments, begun, rows)
        finally:
            client.shutdown(how="now")
            while client.state not in ("asleep", "failed"):
                time.sleep(0.01)
            client.close()
    print(f"{arguments.width}x{arguments.height}, {arguments.unknown:.0%} unknown, {arguments.device}\n")
    print("| what | measured | goal |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    return 0


def measure(client: Client, arguments: argparse.Namespace, begun: float, rows: list[tuple[str, str, str]]) -> None:
    """Fill the table."""
    wait(lambda: client.state == "connected")
    rows.append(("no sidecar -> hello", milliseconds(time.perf_counter() - begun), "< 250 ms"))
    wait(lambda: client.status()["state"] == "ready")
    rows.append(("no sidecar -> ready", milliseconds(time.perf_counter() - begun), "< 2000 ms"))
    plate, trimap = scene(arguments)
    options = {"tile": arguments.tile}
    output = {"kind": "inline", "depth": "float"}
    client.matte(plate, trimap, options=options, output=output)
    trips = [timed(client.status) for _ in range(arguments.pings)]
    rows.append(("status round trip, idle, p50 / p99", percentiles(trips), "< 1 ms / -"))
    rows.append(
        (
            "status round trip, computing, p50 / p99",
            percentiles(busy_trips(client, plate, trimap, arguments)),
            "p99 < 50 ms",
        )
    )
    rows.append(("cancel, in tiles of this run", cancel(client, plate, trimap, options), "one tile + 50 ms"))
    rows += overhead(client, plate, trimap, options)


def busy_trips(client: Client, plate: np.ndarray, trimap: np.ndarray, arguments: argparse.Namespace) -> list[float]:
    """Ask for the status while jobs compute."""
    trips: list[float] = []
    number = 0
    while len(trips) < arguments.pings:
        number += 1
        job = client.submit(
            plate * (1 + number / 1000), trimap, options={"tile": arguments.tile}, output={"kind": "inline"}
        )
        wait(lambda job=job: job.stage == "computing" or job.is_over)
        while not job.is_over and len(trips) < arguments.pings:
            trips.append(timed(client.status))
        client.cancel(job)
        wait(lambda job=job: job.is_over)
    return trips


def cancel(client: Client, plate: np.ndarray, trimap: np.ndarray, options: dict) -> str:
    """Cancel after the first tile; the slowest tile seen before is the measure."""
    job = client.submit(plate * 1.5, trimap, options=options, output={"kind": "inline"})
    marks = []
    while job.done < 2 and not job.is_over:
        if not marks or job.done != marks[-1][0]:
            marks.append((job.done, time.perf_counter()))
        time.sleep(0.001)
    tile = max((after[1] - before[1] for before, after in itertools.pairwise(marks)), default=0.0)
    begun = time.perf_counter()
    client.cancel(job)
    with contextlib.suppress(SidecarError):
        job.wait(60)
    assert job.state == "cancelled", job.error
    return f"{milliseconds(time.perf_counter() - begun)}, a tile {milliseconds(tile)}"


def overhead(client: Client, plate: np.ndarray, trimap: np.ndarray, options: dict) -> list[tuple[str, str, str]]:
    """Compare what a job takes with what the network's step takes; the best of three."""
    rows = []
    for kind in ("inline", "exr"):
        shares = []
        for repeat in range(3):
            changed = plate * (2 + repeat + 10 * (kind == "exr"))
            begun = time.perf_counter()
            result = client.matte(changed, trimap, options=options, output={"kind": kind})
            whole = time.perf_counter() - begun
            shares.append(((whole - result.timings["computing"]) / whole, whole, result.timings))
        share, whole, timings = min(shares, key=lambda entry: entry[0])
        steps = ", ".join(f"{name} {milliseconds(seconds)}" for name, seconds in timings.items())
        rows.append(
            (
                f"everything but the network, {kind}",
                f"{share:.1%} of {milliseconds(whole)} ({steps})",
                "<= 5 % at 4K, full-size",
            )
        )
    return rows


def scene(arguments: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """A random plate and a band of unknown pixels."""
    plate = np.random.default_rng(0).random((arguments.height, arguments.width, 3), np.float32)
    trimap = np.zeros((arguments.height, arguments.width), np.uint8)
    middle = arguments.width // 2
    trimap[:, middle:] = 255
    half = int(arguments.width * arguments.unknown / 2)
    trimap[:, middle - half : middle + half] = 128
    return plate, trimap


def wait(is_true) -> None:
    """Wait for something that will happen soon."""
    while not is_true():
        time.sleep(0.001)


def timed(action) -> float:
    """Measure seconds."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def percentiles(trips: list[float]) -> str:
    """Give median and 99th percentile."""
    ordered = sorted(trips)
    return f"{milliseconds(statistics.median(ordered))} / {milliseconds(ordered[int(len(ordered) * 0.99)])}"


def milliseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
