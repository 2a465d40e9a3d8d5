# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes to the worker and what comes back. No bpy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .sidecar.client import Pixels
from .sidecar.shots.identity import Owner
from .sidecar.shots.report import FrameTask
from .sidecar.shots.request import MatteRequest


@dataclass(frozen=True)
class RunOrder:
    """Frames of one shot to matte.

    Attributes:
        shot: whose they are.
        tasks: the frames, with keyed settings where there are any.
        request: the settings of all others.
        owner: whose results they are.
        is_forced: whether frames that are done already are matted again.
        is_urgent: whether somebody waits for this very frame.
    """

    shot: str
    tasks: tuple[FrameTask, ...]
    request: MatteRequest
    owner: Owner
    is_forced: bool = False
    is_urgent: bool = True


@dataclass(frozen=True)
class Captured:
    """What a frame is made of.

    Attributes:
        plate: scene-linear pixels.
        masks: `roto`, `trimap`, or `core` and `edge`.
        request: the settings at this frame.
        sources: what the inputs were, for `ShotResults.state`.
    """

    plate: Pixels
    masks: Mapping[str, Pixels]
    request: MatteRequest
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """What happened.

    Attributes:
        kind: `wanted` (value is the FrameTask whose pictures are wanted), `progress` (value is the share of the run, 0
            to 1), `made`, `kept` or `failed` (value is a sentence), `over` (value is the RunReport),
            `training` (value as in train_reply), or of a function that was computed: its own kind (value is what it
            gave) or `broken` (value is a sentence).
        shot: whose news.
        frame: None where no frame is concerned.
        value: see `kind`.
    """

    kind: str
    shot: str = ""
    frame: int | None = None
    value: Any = None


@dataclass(frozen=True)
class Snapshot:
    """The connection as it was a moment ago.

    Attributes:
        state: as in `Client.state`, or `none` before the first order.
        sentence: what that means.
        capabilities: what the sidecar said about itself.
        device: what the last matte was made on, or empty.
        models: `name`, and where they are known `title` and `licence`, of each weights file.
    """

    state: str = "none"
    sentence: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    models: tuple[Mapping[str, Any], ...] = ()
