"""`lfpnet matte --sidecar`: the sidecar computes; this process never imports torch.

The trimap is made here, so that messages and refusals are those of the other way. The EXR comes back as bytes and is
written here: what stops this process, and on whichever machine the sidecar runs, no other process touches the output.
"""

import argparse
import contextlib
import time
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import CancelledError, ConfigurationError, ImageFileError, LfpnetError
from lfpnet.images import Plate, read_mask, read_plate
from lfpnet.types import Matte, TrimapPixels
from sidecar.cli.connection import connect
from sidecar.cli.matte_request import request_of
from sidecar.cli.matte_task import Made, MatteTask, TileBar
from sidecar.client import Client, Job, JobResult, Pixels
from sidecar.runtime.atomic import written_file
from sidecar.wire.errors import SidecarError
from sidecar.wire.sendable import is_plain, plain_text

#: A frame that was in work whenever the sidecar was killed is sent again so often.
RESTARTS = 2
LOOK_SECONDS = 0.02
#: How long Ctrl-C waits for the sidecar to confirm; a job of a client that has gone ends by itself.
CANCEL_SECONDS = 5.0


def matte_remotely(task: MatteTask) -> Made:
    """Have the plate matted and write the EXR.

    Raises:
        LfpnetError: why there is no matte, in the sidecar's sentence.
    """
    asked = task.arguments
    check_options(asked)
    try:
        with connect(asked, "lfpnet matte", restarts=RESTARTS) as client, TileBar(is_hidden=asked.json) as bar:
            result = _follow(client, submit(client, task), task, bar)
    except SidecarError as error:
        kind = CancelledError if error.code == "cancelled" else LfpnetError
        raise kind(error.sentence) from error
    write_result(result, asked.output)
    return Made(dict(result.facts), lambda: _read_back(asked.output, asked.layer_names))


def check_options(asked: argparse.Namespace) -> None:
    """Refuse what only the process that computes can choose.

    Raises:
        ConfigurationError: an option has no meaning here.
    """
    for name in ("device", "precision"):
        value = getattr(asked, name)
        if value != "auto":
            raise ConfigurationError(
                f"Expected no --{name} with --sidecar, got {value}; 'lfpnet serve --{name} {value}' chooses it."
            )


def submit(client: Client, task: MatteTask) -> Job:
    """Send the trimap's pixels, and the plate's path or, to another machine, its file."""
    asked, request = task.arguments, request_of(task.arguments)
    is_named = asked.connect is None and is_plain(str(asked.plate))
    return client.submit(
        asked.plate if is_named else _file_bytes(asked.plate),
        trimap_pixels(task.trimap, task.plate),
        layer=asked.layer,
        output={"kind": "exr", **request.output()},
        options=request.options(sent=("plate", "trimap")),
        model=request.wire_model,
        priority="batch",
        label=plain_text(asked.output.name),
    )


def trimap_pixels(trimap: TrimapPixels, plate: Plate) -> Pixels:
    """A trimap as it is sent: on the plate's pixels."""
    return Pixels(
        trimap,
        channels=("A",),
        colour_space="data",
        data_window=plate.data_window,
        display_window=plate.display_window,
    )


def _follow(client: Client, job: Job, task: MatteTask, bar: TileBar) -> JobResult:
    """Show the job's progress until it is over; Ctrl-C cancels it."""
    is_loaded, told = False, ""
    try:
        while not job.is_over:
            if job.stage == "computing" and not is_loaded:
                is_loaded = True
                task.clock.lap("load")
            if job.total:
                bar.show(job.done, job.total)
            if client.state != told:
                told = client.state
                _tell_trouble(client, bar)
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        cancel(client, job)
        raise
    if not is_loaded:  # it was answered from the cache, or too fast to be seen
        task.clock.lap("load")
    task.clock.lap("matte")
    return job.wait()


def cancel(client: Client, job: Job) -> None:
    """Cancel a job, and wait a little for the sidecar to say that it has."""
    client.cancel(job)
    with contextlib.suppress(SidecarError):
        job.wait(CANCEL_SECONDS)


def write_result(result: JobResult, path: Path) -> None:
    """Write the EXR that a job gave back, whole or not at all."""
    assert result.exr is not None
    with atomic_file(written_file(path)) as stream:
        stream.write(result.exr)


def _tell_trouble(client: Client, bar: TileBar) -> None:
    """Say that a connection which was there has broken or gone silent."""
    if client.capabilities and client.state in ("starting", "unresponsive"):
        bar.say(client.sentence)


def _file_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageFileError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error


def _read_back(path: Path, layer_names: str) -> Matte:
    """Read the layers of a matte that was just written."""
    prefix = "lfp_" if layer_names == "nuke" else ""
    foreground, background = (read_plate(path, layer=prefix + name).pixels for name in ("fg", "bg"))
    return Matte(read_mask(path, channel="A").pixels, foreground, background)
