"""The paper's stages as phases of any length.

Source: the paper, section 5.2: the propagating module is trained beforehand, then the matting module for 35 epochs, the
decoders for 10 and the whole network for 5, each with a fresh optimiser, at a fixed rate; crops of five sizes.
"""

from typing import Any

from lfpnet.errors import ConfigurationError
from lfpnet.training.phase import Phase

#: Sides of the paper's crops, read as inner patches.
PAPER_SIZES = (768, 640, 512, 448, 320)
#: The paper's constants of every stage.
PAPER_PHASE: dict[str, Any] = {
    "inner_size": 320,
    "crop_sizes": PAPER_SIZES,
    "batch_size": 1,
    "learning_rate": 1e-5,
    "final_rate": 1.0,
    "warm_up_steps": 0,
}
#: Epochs of pre-training (the paper names none: as many as the last stages together), matting, decoders, everything.
PAPER_EPOCHS = (15, 35, 10, 5)


def paper_stages(preset: str, steps: int) -> tuple[Phase, ...]:
    """Pre-training of the propagating module and the three stages.

    Args:
        preset: `lfpnet` gets the paper's constants; `lfpnet-compact` its own sizes and rates in the same stages.
        steps: of all stages together, at least 4.

    Raises:
        ConfigurationError: too few steps.
    """
    if steps < len(PAPER_EPOCHS):
        raise ConfigurationError(f"Expected at least {len(PAPER_EPOCHS)} steps for the paper's stages, got {steps}.")
    before, matting, decoders, whole = _split(steps)
    common = {**(PAPER_PHASE if preset == "lfpnet" else {"warm_up_steps": 20}), "has_fresh_optimiser": True}
    return (
        Phase(steps=before, trains=("propagating",), minimises="context_alpha", **common),
        Phase(steps=matting, trains=("matting",), **common),
        Phase(steps=decoders, trains=("decoders",), **common),
        Phase(steps=whole, **common),
    )


def _split(steps: int) -> list[int]:
    """Steps of each stage, by the paper's epochs; at least one each."""
    total = sum(PAPER_EPOCHS)
    parts = [max(1, steps * epochs // total) for epochs in PAPER_EPOCHS]
    parts[1] += steps - sum(parts)
    return parts
