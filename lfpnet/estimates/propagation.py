"""Alpha by propagation from the known regions, by systems of three kinds of knowledge and by sums of them.

    closed-form   follows edges and fills what no mark reaches
    knn           sees through holes and loses soft edges
    joint         both in one system
    mixture       colour mixture, which sees through holes and keeps soft edges, and closed-form
    sampled       the same, more of closed-form, and what pairs of known colours say of a pixel

Each kind of knowledge is gathered once and the systems are solved side by side, where there is more than one thread.
Source: the methods' own; Aksoy, Aydin and Pollefeys, Designing Effective Inter-Pixel Information Flow for Natural Image
Matting, for the thought of one system; the weights were chosen on nine photographs (docs/weights.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float32

from lfpnet.estimates.closed_form import closed_form_system
from lfpnet.estimates.colour_mixture import mixture_system
from lfpnet.estimates.knn import knn_system
from lfpnet.estimates.linear_system import Check, LinearSystem
from lfpnet.estimates.sampled_pairs import sampled_alpha
from lfpnet.estimates.threads import side_by_side
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, PlatePixels, TrimapPixels

AlphaKind = Literal["joint", "closed-form", "knn", "mixture", "sampled"]
KINDS: tuple[str, ...] = get_args(AlphaKind)
#: How many alphas there are, and which where nobody says: those that networks took before there was a choice.
PROPAGATED = 3
FIRST_KINDS: tuple[str, ...] = ("joint", "closed-form", "knn")
#: Kinds that the diagonal preconditions well enough.
EASY = ("joint", "knn")
#: Of KNN matting in the joint system: the errors of nine photographs are flat from 3e-4 to 3e-3.
JOINT_WEIGHT = 1e-3
#: Of closed-form beside colour mixture, of `sampled` and of `mixture`.
SAMPLED_CLOSED_FORM, MIXTURE_CLOSED_FORM = 10.0, 1.0
#: Of the sampled alphas, for the one pixel of four that has one.
SAMPLED_WEIGHT = 1.2


@dataclass(frozen=True)
class Propagation:
    """What was propagated, and by what.

    Attributes:
        alphas: of the kinds asked for, 0 to 1, known pixels as the trimap has them. Where the trimap marks only one
            side, the unknown region is of that side; with none, one half.
        closed_form: its system, or None where there was nothing to solve.
    """

    alphas: Float32[np.ndarray, "h w k"]
    closed_form: LinearSystem | None


def propagated_alphas(
    plate_display: PlatePixels,
    trimap: TrimapPixels,
    check: Check | None = None,
    kinds: Sequence[str] = FIRST_KINDS,
) -> Float32[np.ndarray, "h w k"]:
    """The alphas of `propagate`."""
    return propagate(plate_display, trimap, check, kinds).alphas


def propagate(
    plate_display: PlatePixels,
    trimap: TrimapPixels,
    check: Check | None = None,
    kinds: Sequence[str] = FIRST_KINDS,
) -> Propagation:
    """Solve for alpha in the unknown region in several ways.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.
        check: called now and then, from any thread; what it raises ends the work.
        kinds: which alphas, see the top of the module.
    """
    is_unknown = trimap == UNKNOWN
    has_background, has_foreground = (trimap == BACKGROUND).any(), (trimap == FOREGROUND).any()
    if not is_unknown.any() or not (has_background and has_foreground) or min(trimap.shape) < 3:
        guess = 0.5 if has_background == has_foreground else float(has_foreground)
        alpha = np.where(is_unknown, np.float32(guess), trimap / np.float32(255)).astype(np.float32)
        return Propagation(np.repeat(alpha[..., None], len(kinds), axis=2), None)
    sources = _gathered(plate_display, trimap, check, kinds)
    systems = [_system(sources, kind) for kind in kinds]
    alphas = side_by_side(
        [
            partial(system.solved, trimap, check, has_blocks=kind not in EASY)
            for kind, system in zip(kinds, systems, strict=True)
        ]
    )
    return Propagation(np.stack(alphas, axis=2), sources["closed-form"])


def _gathered(
    plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None, kinds: Sequence[str]
) -> dict[str, Any]:
    """What the systems of some kinds are made of; closed-form always, since refinement takes it."""
    makers: dict[str, Any] = {"closed-form": closed_form_system}
    if {"knn", "joint"} & set(kinds):
        makers["knn"] = knn_system
    if {"mixture", "sampled"} & set(kinds):
        makers["mixture"] = mixture_system
    if "sampled" in kinds:
        makers["pairs"] = sampled_alpha
    found = side_by_side([partial(make, plate_display, trimap, check) for make in makers.values()])
    return dict(zip(makers, found, strict=True))


def _system(sources: dict[str, Any], kind: str) -> LinearSystem:
    """The system of one kind."""
    if kind == "joint":
        return sources["closed-form"].plus(sources["knn"], JOINT_WEIGHT)
    if kind == "mixture":
        return sources["mixture"].plus(sources["closed-form"], MIXTURE_CLOSED_FORM)
    if kind == "sampled":
        both = sources["mixture"].plus(sources["closed-form"], SAMPLED_CLOSED_FORM)
        return both.held(sources["pairs"].alpha, SAMPLED_WEIGHT * sources["pairs"].confidence)
    return sources[kind]
