"""What a `submit` announces, checked before memory is taken: pieces to come, and views of shared memory."""

from typing import Any

from sidecar.server.config import ServerLimits
from sidecar.server.jobs import Upload
from sidecar.server.sessions import Session
from sidecar.wire.errors import SidecarError
from sidecar.wire.images import check_image


def announced_uploads(session: Session, request: dict[str, Any], limits: ServerLimits) -> dict[str, Upload]:
    """Return an empty upload for each picture whose bytes will come in pieces.

    Raises:
        SidecarError: code `bad_image` or `limit_exceeded`.
    """
    uploads = {}
    for name, image in request["inputs"].items():
        nbytes = check_image(image, name=name, max_bytes=limits.image_bytes)
        if image["kind"] in ("inline", "exr"):
            uploads[name] = Upload(nbytes)
    announced = sum(upload.nbytes for upload in uploads.values())
    if session.upload_bytes + announced > limits.client_bytes:
        raise SidecarError(
            "limit_exceeded", f"{announced} bytes more would be over this client's share of memory: wait for jobs."
        )
    return uploads


def slot_views(session: Session, request: dict[str, Any]) -> dict[str, memoryview]:
    """Return the bytes of each picture in shared memory, and of the `output` if it goes there.

    Raises:
        SidecarError: a slot is unknown or too small.
    """
    views = {
        name: session.slots.view(image["slot"], image["offset"], check_image(image, name=name))
        for name, image in request["inputs"].items()
        if image["kind"] == "shm"
    }
    output = request["output"]
    if output["kind"] == "shm":
        views["output"] = session.slots.view(output["slot"], output["offset"], output["bytes"])
    return views
