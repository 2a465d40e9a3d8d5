# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes to the worker and what comes back. No bpy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .recipe import Recipe
from .sidecar.client import Pixels


@dataclass(frozen=True)
class MatteTask:
    """One frame to matte.

    Attributes:
        shot: whose it is.
        frame: of the scene.
        result: the EXR to write.
        plate: scene-linear pixels.
        masks: `roto`, `trimap`, or `core` and `edge`.
        recipe: the settings.
        sources: what the inputs were, for `ShotResults.state`.
        is_forced: whether a frame that is done already is matted again.
        is_urgent: whether somebody waits for this very frame.
    """

    shot: str
    frame: int
    result: Path
    plate: Pixels
    masks: Mapping[str, Pixels]
    recipe: Recipe
    sources: Mapping[str, str] = field(default_factory=dict)
    is_forced: bool = False
    is_urgent: bool = True


@dataclass(frozen=True)
class News:
    """What happened.

    Attributes:
        kind: `progress` (value is the share done, 0 to 1), `done` or `skipped` (value is the file), `failed` (value is
            the error), `cancelled`, `training` (value as in train_reply), or of a function that was computed: its own
            kind (value is what it gave) or `broken` (value is a sentence).
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
