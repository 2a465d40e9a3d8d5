"""What the node's knobs ask for, as plain values: read once on the main thread, then safe to use on any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import knobs
from .errors import PluginError
from .sidecar.shots.report import Redo
from .sidecar.shots.request import MatteRequest

#: What the mask is -> roles of the pictures.
MASKS = {knobs.TRIMAP: ("trimap",), knobs.ROTO: ("roto",), knobs.CORE_AND_EDGE: ("core", "edge")}
REDO = {knobs.STALE: Redo.STALE, knobs.MISSING: Redo.OTHER_SETTINGS, knobs.ALL: Redo.ALL}


@dataclass(frozen=True)
class Scene:
    """What the script around the node says.

    Attributes:
        node: full name of the node.
        inputs: names of its inputs that are connected.
        input_range: first and last frame of the plate.
        global_range: first and last frame of the script.
        frame: the current frame.
        views: names of the script's views.
        working_space: name of the space of the pixels, such as `ACEScg`.
    """

    node: str
    inputs: frozenset[str]
    input_range: tuple[int, int]
    global_range: tuple[int, int]
    frame: int
    views: tuple[str, ...]
    working_space: str


@dataclass(frozen=True)
class Settings:
    """The values of the node's knobs, checked."""

    mode: str
    channel: str
    inner_pixels: float
    outer_pixels: float
    weights: str
    plan: str
    has_augmentation: bool
    tile: int
    result: str
    depth: str
    export_depth: str
    keeps_exports: bool
    only: str
    address: str
    shares_disk: bool
    working_space: str

    @property
    def roles(self) -> dict[str, str]:
        """Which input of the node gives which picture of the protocol, plate aside."""
        if self.mode == knobs.CORE_AND_EDGE:
            return {"edge": "Trimap", "core": "Core"}
        return {"roto" if self.mode == knobs.ROTO else "trimap": "Trimap"}

    @property
    def request(self) -> MatteRequest:
        """Everything beside the pictures that changes a matte, as hosts, farms and records have it."""
        return MatteRequest(
            masks=MASKS[self.mode],
            inner_pixels=self.inner_pixels,
            outer_pixels=self.outer_pixels,
            model=self.weights,
            plan=self.plan,
            tile=self.tile,
            tta=self.has_augmentation,
            depth=self.depth,
            layers="nuke",
            working_space=self.working_space,
            capture={"channel": self.channel, "export_depth": self.export_depth},
        )

    @property
    def redo(self) -> Redo:
        """Which frames that have a result are made again."""
        return REDO[self.only]

    @property
    def sends_paths(self) -> bool:
        """Whether the sidecar sees the same disk."""
        return not self.address or self.shares_disk


def read_settings(values: Mapping[str, Any], scene: Scene) -> Settings:
    """Check the values of the knobs against what is connected.

    Raises:
        PluginError: the first thing that has to be fixed.
    """
    settings = Settings(
        mode=str(values["lfp_mode"]),
        channel=str(values["lfp_channel"]),
        inner_pixels=float(values["lfp_inner"]),
        outer_pixels=float(values["lfp_outer"]),
        weights=str(values["lfp_weights"] or "default"),
        plan=str(values["lfp_plan"]),
        has_augmentation=bool(values["lfp_tta"]),
        tile=int(values["lfp_tile"]),
        result=str(values["lfp_cache"] or "").strip(),
        depth=str(values["lfp_depth"]),
        export_depth=str(values["lfp_export_depth"]),
        keeps_exports=bool(values["lfp_keep_exports"]),
        only=str(values["lfp_only"]),
        address=str(values["lfp_address"] or "").strip(),
        shares_disk=bool(values["lfp_shares_disk"]),
        working_space=scene.working_space,
    )
    _check(settings, scene)
    return settings


def _check(settings: Settings, scene: Scene) -> None:
    for name in ("Plate", *settings.roles.values()):
        if name not in scene.inputs:
            raise PluginError(
                f"Expected something connected to the input {name} of {scene.node} (mask is '{settings.mode}'), "
                "got nothing: connect it."
            )
    if settings.mode == knobs.ROTO and min(settings.inner_pixels, settings.outer_pixels) < 0:
        raise PluginError(
            f"Expected bands of 0 pixels or more, got {settings.inner_pixels:g} and {settings.outer_pixels:g}: "
            "correct 'inner band' and 'outer band'."
        )
    if settings.tile < 0 or settings.tile % 16:
        raise PluginError(f"Expected a tile of 0 or a multiple of 16 pixels, got {settings.tile}: correct 'tile'.")
    if not settings.result.lower().endswith(".exr") or not Path(settings.result).is_absolute():
        raise PluginError(
            f"Expected EXR files such as /shots/a/lfpnet/a.%04d.exr in 'result', got '{settings.result}': name them."
        )
