"""What fine-tuned weights say about themselves."""

from collections.abc import Sequence
from typing import Any

from lfpnet.data.layouts import Case
from lfpnet.model.checkpoint import Provenance
from lfpnet.training.finetuning.fit import Fit


def fine_tuned_provenance(
    parent: Provenance,
    fit: Fit,
    *,
    name: str,
    made_by: str,
    taught: Sequence[Case],
    held: Sequence[Case],
    figures: dict[str, Any],
) -> Provenance:
    """Provenance of new weights; the licence is that of the weights they grew from.

    Args:
        parent: of the weights before.
        fit: how they changed.
        name: of the new weights in menus.
        made_by: the command.
        taught: frames that were learnt from.
        held: frames that were not.
        figures: before and after.
    """
    facts = {
        "parent": parent.name,
        "parent facts": parent.facts,
        "shots": sorted({str(case.alpha.parent.parent.name) for case in [*taught, *held]}),
        "taught frames": [case.name for case in taught],
        "held-back frames": [case.name for case in held],
        "steps": fit.best.step,
        "seconds": round(fit.seconds),
        "figures": figures,
    }
    return Provenance(name, parent.licence, made_by, facts)
