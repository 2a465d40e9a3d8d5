"""Pictures from references: a file under the allowed roots, a file's bytes, raw pixels inline or in a slot."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lfpnet.errors import ImageFileError
from sidecar.server.allowed_paths import allowed_path
from sidecar.server.config import ServerConfig
from sidecar.server.jobs import Job, Upload
from sidecar.wire.errors import SidecarError
from sidecar.wire.images import layout_of


class ImageLoader:
    """Reads the pictures of a job as lfpnet's `Plate` and `Mask`."""

    def __init__(self, config: ServerConfig) -> None:
        """Remember roots and limits."""
        self._config = config

    def plate(self, job: Job) -> Any:
        """Read the plate."""
        from lfpnet.images import Plate, read_plate
        from lfpnet.images.finite import replace_non_finite

        image = job.request["inputs"]["plate"]
        if image["kind"] in ("file", "exr"):
            with self._path(job, "plate") as path:
                read = partial(read_plate, layer=image.get("layer"))
                return _named(read, path, image, "plate", self._config.limits.image_bytes)
        pixels, is_integer = _raw_pixels(job, "plate")
        pixels = _three_channels(pixels, image)
        space = image.get("colour_space", "srgb" if is_integer else "scene_linear")
        data_window, display_window = _windows(image, pixels)
        return Plate(
            pixels=pixels,
            is_linear=space != "srgb",
            depth="float",
            data_window=data_window,
            display_window=display_window,
            header={},
            channels_read=("R", "G", "B"),
            path=None,
            repaired_count=replace_non_finite(pixels),
        )

    def mask(self, job: Job, name: str) -> Any:
        """Read a trimap, roto, core or edge."""
        from lfpnet.images import Mask, read_mask
        from lfpnet.images.finite import replace_non_finite

        image = job.request["inputs"][name]
        if image["kind"] in ("file", "exr"):
            with self._path(job, name) as path:
                return _named(read_mask, path, image, name, self._config.limits.image_bytes)
        pixels, _ = _raw_pixels(job, name)
        pixels = np.ascontiguousarray(pixels[..., _mask_channel(image, pixels.shape[2])])
        data_window, display_window = _windows(image, pixels)
        return Mask(
            pixels=pixels,
            depth="float",
            data_window=data_window,
            display_window=display_window,
            is_window_known="data_window" in image,
            channel_read="A",
            path=None,
            repaired_count=replace_non_finite(pixels),
        )

    @contextmanager
    def _path(self, job: Job, name: str) -> Iterator[Path]:
        image = job.request["inputs"][name]
        if image["kind"] == "file":
            yield allowed_path(image["path"], self._config.allowed_roots, must_exist=True)
            return
        with _as_file(_join(job.uploads[name])) as path:
            yield path


def _named(read: Any, path: Path, image: dict[str, Any], name: str, byte_limit: int) -> Any:
    """Read a file; a picture that was sent has no path that would mean anything to the client."""
    sent = f"The {name} that was sent"
    try:
        found = read(path, byte_limit=byte_limit)
        if image["kind"] == "file":
            return found
        return replace(found, notes=tuple(note.replace(str(path), sent) for note in found.notes))
    except ImageFileError as error:
        if image["kind"] == "file":
            raise
        raise ImageFileError(str(error).replace(str(path), sent)) from error


@contextmanager
def _as_file(data: np.ndarray) -> Iterator[Path]:
    """Lend bytes a path: a memory file on Linux, a temporary file elsewhere."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("lfpnet-exr", os.MFD_CLOEXEC)
        try:
            _write_all(descriptor, data)
            yield Path(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="lfpnet-") as folder:
        path = Path(folder) / "picture"
        path.write_bytes(data)
        yield path


def _write_all(descriptor: int, data: np.ndarray) -> None:
    rest = data.data
    while rest.nbytes:
        rest = rest[os.write(descriptor, rest) :]


def _join(upload: Upload) -> np.ndarray:
    """Join the pieces of an upload in one pass."""
    joined = np.empty(upload.nbytes, np.uint8)
    at = 0
    for piece in upload.pieces:
        joined[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        at += len(piece)
    return joined


def _raw_pixels(job: Job, name: str) -> tuple[np.ndarray, bool]:
    """Give raw pixels as a private float32 array, top row first; integers are scaled to 0 to 1."""
    image = job.request["inputs"][name]
    layout = layout_of(image, name=name)
    data = np.frombuffer(job.views[name], np.uint8) if image["kind"] == "shm" else _join(job.uploads[name])
    stored = data.view(layout.dtype).reshape(layout.shape) if image["kind"] == "inline" else _typed(data, layout)
    if image.get("origin") == "bottom-left":
        stored = stored[::-1]
    is_integer = layout.dtype.kind == "u"
    if is_integer:
        return np.divide(stored, np.float32(np.iinfo(layout.dtype).max), dtype=np.float32), True
    return np.array(stored, np.float32, order="C"), False


def _typed(data: np.ndarray, layout: Any) -> np.ndarray:
    """View a slot's bytes; an offset need not suit the type's alignment, so go through a buffer."""
    return np.frombuffer(data.data, layout.dtype).reshape(layout.shape)


def _three_channels(pixels: np.ndarray, image: dict[str, Any]) -> np.ndarray:
    """Pick red, green and blue by name, else the first three; grey is repeated."""
    names = image.get("channels", [])
    count = pixels.shape[2]
    if {"R", "G", "B"} <= set(names):
        chosen = [names.index(name) for name in "RGB"]
    elif count in (1, 3, 4):
        chosen = [0, 0, 0] if count == 1 else [0, 1, 2]
    else:
        raise SidecarError(
            "bad_image", f"The plate has {count} channels: name those called R, G and B, or send 1, 3 or 4."
        )
    return pixels if chosen == [0, 1, 2] and count == 3 else np.ascontiguousarray(pixels[..., chosen])


def _mask_channel(image: dict[str, Any], count: int) -> int:
    """Choose the only channel, else the one called A, else the first."""
    names = image.get("channels", [])
    return names.index("A") if count > 1 and "A" in names else 0


def _windows(image: dict[str, Any], pixels: np.ndarray) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    whole = (0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1)
    data_window = tuple(image.get("data_window", whole))
    return data_window, tuple(image.get("display_window", data_window))  # type: ignore[return-value]
