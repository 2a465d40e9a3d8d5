"""What the parts of the network hand to each other."""

from typing import NamedTuple

from torch import Tensor


class ContextFeatures(NamedTuple):
    """Context features over the inner patch, finest first, and the context alpha of the whole context patch."""

    fine: Tensor  # (b, c, s/4, s/4)
    coarse: Tensor  # (b, c, s/8, s/8)
    alpha: Tensor | None  # (b, 1, s/2, s/2)


class Prediction(NamedTuple):
    """What the network says of an inner patch, all in 0 to 1, display-encoded."""

    alpha: Tensor  # (b, 1, s, s)
    foreground: Tensor  # (b, 3, s, s)
    background: Tensor  # (b, 3, s, s)
    context_alpha: Tensor | None  # (b, 1, s/2, s/2), of the whole context patch
    own_alpha: Tensor | None = None  # (b, 1, s, s), before it was weighed against the estimates
