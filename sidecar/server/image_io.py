"""Between references and lfpnet's arrays: pictures in, encoded mattes out; on the loader's and encoder's threads."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sidecar.server.allowed_paths import allowed_path
from sidecar.server.cache import Blob, Finished
from sidecar.server.config import ServerConfig
from sidecar.server.image_loader import ImageLoader
from sidecar.server.jobs import Job
from sidecar.wire.errors import SidecarError
from sidecar.wire.sendable import is_plain

#: Bands around a soft roto when the client names none, in pixels.
INNER_PIXELS, OUTER_PIXELS = 8, 16
PREVIEW_SIDE = 1024
#: Options that make the trimap or are written into the file.
_NOT_THE_PREDICTORS = frozenset({"inner_pixels", "outer_pixels", "working_space"})
DEFAULT_PLAN = "fast"


@dataclass(frozen=True)
class Inputs:
    """What a job computes from.

    Attributes:
        plate: an `lfpnet.images.Plate`, which carries windows and metadata to the result.
        trimap: (h, w) of 0, 128 and 255.
        warnings: what had to be repaired.
    """

    plate: Any
    trimap: np.ndarray
    warnings: tuple[str, ...]


class ImageIO:
    """Everything that needs lfpnet and pixels but no model."""

    def __init__(self, config: ServerConfig) -> None:
        """Import nothing yet, so that the sockets can be bound first."""
        self._config = config
        self._sources = ImageLoader(config)

    def warm_up(self) -> None:
        """Import the libraries of pictures before the first job needs them, and let EXR use two threads."""
        import OpenEXR

        import lfpnet.colour
        import lfpnet.images
        import lfpnet.trimap  # noqa: F401

        OpenEXR.set_global_thread_count(2)

    def load(self, job: Job) -> Inputs:
        """Read plate and trimap of a job.

        Raises:
            SidecarError: or an error of lfpnet; see docs/protocol.md, section 7.
        """
        plate = self._sources.plate(job)
        trimap = self._trimap(job, plate)
        warnings = plate.notes
        if plate.repaired_count:
            warnings += (f"{plate.repaired_count} pixels of the plate held NaN or infinity and were replaced.",)
        return Inputs(plate, trimap, warnings)

    def content_key(self, job: Job) -> str:
        """Digest everything that the result depends on, pixels included."""
        inputs, request = job.inputs, job.request
        digest = hashlib.sha256()
        digest.update(np.ascontiguousarray(inputs.plate.pixels).data.cast("B"))
        digest.update(np.ascontiguousarray(inputs.trimap).data.cast("B"))
        about = [
            list(inputs.plate.pixels.shape),
            inputs.plate.is_linear,
            inputs.plate.data_window,
            inputs.plate.display_window,
            repr(sorted(inputs.plate.header.items(), key=str)),
            request.get("model"),
            self.options(job),
            request.get("options", {}).get("working_space"),
            "exr" if request["output"]["kind"] in ("file", "exr") else "arrays",
            request["output"].get("compression"),
            request["output"].get("layers"),
        ]
        digest.update(json.dumps(about, sort_keys=True).encode())
        return digest.hexdigest()

    def options(self, job: Job) -> dict[str, Any]:
        """Return the predictor's options: what the client named, and alpha as deep as it will be stored."""
        named = {key: value for key, value in job.request.get("options", {}).items() if key not in _NOT_THE_PREDICTORS}
        return {**named, "alpha_depth": _depth(job)}

    def encode(self, job: Job) -> Finished:
        """Turn a matte into the bytes of an EXR, or into arrays."""
        output = job.request["output"]
        if output["kind"] in ("file", "exr"):
            blobs: tuple[Blob, ...] = (self._exr(job, output),)
        else:
            blobs = _arrays(job, _depth(job))
        return Finished(blobs, job.inputs.warnings, job.facts)

    def deliver(self, job: Job) -> None:
        """Put a finished result where the client wants it; until a rename a file does not exist at all.

        Raises:
            SidecarError: code `path_refused`, `output_failed` or `bad_option`.
        """
        from lfpnet.atomic_file import atomic_file

        finished, output = job.finished, job.request["output"]
        if finished is None:
            raise SidecarError("cancelled", "The job was cancelled before its result was delivered.")
        if output["kind"] == "file":
            path = self._output_path(job, output)
            with atomic_file(path) as stream:
                stream.write(finished.blobs[0].data)
            # A link may lead to a name that cannot be sent; the client knows the file by the name it gave.
            job.result_images = [{"kind": "file", "path": str(path) if is_plain(str(path)) else output["path"]}]
            job.finished = replace(finished, blobs=())
        elif output["kind"] == "shm":
            job.result_images = _copy_to_slot(job, finished, output)
            job.finished = replace(finished, blobs=())
        else:
            job.result_images = [blob.image for blob in finished.blobs]

    def preview(self, alpha: np.ndarray) -> Blob:
        """Shrink a coarse alpha to 8 bit and at most `PREVIEW_SIDE` a side."""
        step = max(1, -(-max(alpha.shape) // PREVIEW_SIDE))
        small = np.rint(np.clip(alpha[::step, ::step], 0, 1) * 255).astype(np.uint8)
        image = {"kind": "inline", "dtype": "uint8", "shape": list(small.shape), "channels": ["A"], "blob": "preview"}
        return Blob(np.ascontiguousarray(small).data.cast("B"), image)

    def _trimap(self, job: Job, plate: Any) -> np.ndarray:
        from lfpnet.images import align
        from lfpnet.trimap import with_solid

        trimap = self._trimap_without_solid(job, plate)
        if "solid" not in job.request["inputs"]:
            return trimap
        solid = align(self._sources.mask(job, "solid"), plate)
        has_edge = "edge" in job.request["inputs"]
        return with_solid(trimap, solid, edge=align(self._sources.mask(job, "edge"), plate) if has_edge else None)

    def _trimap_without_solid(self, job: Job, plate: Any) -> np.ndarray:
        from lfpnet.images import align
        from lfpnet.trimap import from_core_and_edge, from_grey, from_soft_roto

        given = set(job.request["inputs"]) - {"plate", "solid"}
        if given == {"trimap"}:
            return from_grey(align(self._sources.mask(job, "trimap"), plate))
        if given == {"roto"}:
            options = job.request.get("options", {})
            return from_soft_roto(
                align(self._sources.mask(job, "roto"), plate),
                inner_pixels=options.get("inner_pixels", INNER_PIXELS),
                outer_pixels=options.get("outer_pixels", OUTER_PIXELS),
            )
        if given == {"core", "edge"}:
            core, edge = (align(self._sources.mask(job, name), plate) for name in ("core", "edge"))
            return from_core_and_edge(core, edge)
        named = " and ".join(sorted(given)) or "no mask"
        raise SidecarError(
            "bad_option", f"A plate needs a trimap, or a roto, or core and edge, not {named}: send one of these."
        )

    def _exr(self, job: Job, output: dict[str, Any]) -> Blob:
        from lfpnet import __version__
        from lfpnet.images import matte_bytes

        attributes = {
            "lfpnet/version": __version__,
            "lfpnet/weights": job.facts.get("weights", ""),
            "lfpnet/weightsLicence": job.facts.get("weights_licence", ""),
            "lfpnet/plan": job.request.get("options", {}).get("plan", DEFAULT_PLAN),
        }
        if job.request.get("options", {}).get("working_space"):
            attributes["lfpnet/workingSpace"] = job.request["options"]["working_space"]
        encoded = matte_bytes(
            job.matte,
            job.inputs.plate,
            depth=_depth(job),  # type: ignore[arg-type] - lfpnet checks it
            compression=output.get("compression", "zips"),
            attributes=attributes,
            layers=output.get("layers", "plain"),
            trimap=job.inputs.trimap,
        )
        return Blob(memoryview(encoded), {"kind": "exr", "bytes": len(encoded), "blob": "0"})

    def _output_path(self, job: Job, output: dict[str, Any]) -> Path:
        path = allowed_path(output["path"], self._config.allowed_roots, must_exist=False)
        if path.suffix.lower() != ".exr":
            raise SidecarError("bad_option", f"A matte is written as EXR, but {path} does not end in .exr: rename it.")
        for name, image in job.request["inputs"].items():
            if image["kind"] == "file" and path.exists() and path.samefile(image["path"]):
                raise SidecarError("output_failed", f"{path} is the {name} itself: choose another name.")
        return path


def _depth(job: Job) -> str:
    """Half or float, as the output says; `auto` is as deep as the plate: float for what a half cannot hold."""
    output = job.request["output"]
    depth = output.get("depth", "half" if output["kind"] in ("file", "exr") else "float")
    return str(job.inputs.plate.matte_depth) if depth == "auto" else depth


def _arrays(job: Job, depth: str) -> tuple[Blob, ...]:
    """Give alpha, foreground and background as raw pixels."""
    if depth not in ("half", "float"):
        raise SidecarError("bad_option", f"output.depth must be half or float, not '{depth[:20]}': correct it.")
    blobs = []
    windows = {
        "data_window": list(job.inputs.plate.data_window),
        "display_window": list(job.inputs.plate.display_window),
    }
    named = (("alpha", "A", job.matte.alpha), ("fg", "RGB", job.matte.foreground), ("bg", "RGB", job.matte.background))
    for index, (layer, components, computed) in enumerate(named):
        stored = np.clip(computed, -65504, 65504).astype(np.float16) if depth == "half" else computed
        pixels = np.ascontiguousarray(stored)
        image = {
            "kind": "inline",
            "dtype": pixels.dtype.name,
            "shape": list(pixels.shape),
            "channels": [f"{layer}.{component}" for component in components],
            "colour_space": "data" if layer == "alpha" else "scene_linear",
            "origin": "top-left",
            "blob": str(index),
            **windows,
        }
        blobs.append(Blob(pixels.data.cast("B"), image))
    return tuple(blobs)


def _copy_to_slot(job: Job, finished: Finished, output: dict[str, Any]) -> list[dict[str, Any]]:
    """Copy the arrays one after another into the client's slot."""
    target = job.views["output"]
    if finished.nbytes > target.nbytes:
        raise SidecarError(
            "bad_option",
            f"The result has {finished.nbytes} bytes but the slot only {target.nbytes}: open a larger one.",
        )
    images, at = [], 0
    for blob in finished.blobs:
        np.copyto(np.frombuffer(target[at : at + blob.data.nbytes], np.uint8), np.frombuffer(blob.data, np.uint8))
        about = {key: value for key, value in blob.image.items() if key != "blob"}
        images.append({**about, "kind": "shm", "slot": output["slot"], "offset": output["offset"] + at})
        at += blob.data.nbytes
    return images
