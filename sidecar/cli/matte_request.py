"""What the words of `lfpnet matte` ask for, as the request that hosts, farms and records know."""

import argparse
from pathlib import Path

from lfpnet.errors import ConfigurationError, WeightsError
from lfpnet.weights import default_weights, packaged_weights
from lfpnet.weights.folder import user_models_folder
from sidecar.cli.connection import connect, is_local_alive
from sidecar.shots.errors import ShotError
from sidecar.shots.fingerprint import file_fingerprint
from sidecar.shots.request import DEFAULT_MODEL, MatteRequest

#: Options that name pictures.
PICTURES = ("plate", "trimap", "core", "edge", "solid")


def request_of(asked: argparse.Namespace) -> MatteRequest:
    """Give the request; nothing is known of its weights' content yet.

    Raises:
        ConfigurationError: an option cannot be.
    """
    band = asked.band or (0.0, 0.0)
    try:
        return MatteRequest(
            masks=_masks(asked),
            inner_pixels=band[0],
            outer_pixels=band[-1],
            layer=asked.layer or "",
            channel=asked.channel or "",
            model=DEFAULT_MODEL if asked.weights is None else asked.weights.name.removesuffix(".safetensors"),
            plan=asked.plan,
            tile=asked.tile or 0,
            tta=asked.tta,
            truncate_8bit=asked.truncate_8bit,
            depth=asked.depth,
            compression=asked.compression,
            layers=asked.layer_names,
            working_space=asked.working_space or "",
        )
    except ShotError as error:
        raise ConfigurationError(str(error)) from error


def role_of(option: str, request: MatteRequest) -> str:
    """The role in a record of the picture that an option names: a trimap may be a roto or shapes."""
    return request.masks[0] if option == "trimap" else option


def with_weights(request: MatteRequest, asked: argparse.Namespace, *, asks_sidecar: bool) -> MatteRequest:
    """The request, knowing what its weights hold, as far as that can be known without starting a sidecar.

    Args:
        request: of `request_of`.
        asked: the options.
        asks_sidecar: whether a sidecar that runs is asked now; else a run asks it when it matters.

    Raises:
        WeightsError: a file cannot be read.
        SidecarError: the sidecar does not answer.
    """
    if asked.connect is None and not is_local_alive():
        return request.with_fingerprint(_file_of(request.model))
    if not asks_sidecar:
        return request
    with connect(asked, "lfpnet matte") as client:
        known = {str(model["name"]): str(model.get("fingerprint", "")) for model in client.models()}
    return request.with_fingerprint(known.get(request.model, ""))


def _masks(asked: argparse.Namespace) -> tuple[str, ...]:
    if asked.core is not None or asked.edge is not None:
        return ("core", "edge")
    if asked.trimap is not None and asked.trimap.suffix.lower() == ".json":
        return ("shapes",)
    return ("roto",) if asked.band is not None else ("trimap",)


def _file_of(model: str) -> str:
    """The hash of the weights that a sidecar started now would take; nothing for a name that it would not know."""
    name = f"{model}.safetensors"
    own: Path = user_models_folder() / name
    shipped = {path.name: path for path in packaged_weights()}
    path = default_weights() if model == DEFAULT_MODEL else own if own.is_file() else shipped.get(name)
    try:
        return "" if path is None else file_fingerprint(path)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error
