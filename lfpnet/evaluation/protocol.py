"""How figures are computed: plainly, or as the tables of the papers were."""

from dataclasses import dataclass

from lfpnet.metrics import ConnectivityConvention, GradientConvention, Quantisation


@dataclass(frozen=True)
class Protocol:
    """Conventions of one run, for every method alike.

    Attributes:
        name: `plain` or `published`.
        sentence: what it means, for the report.
        quantise: how alpha becomes 8 bit before it is measured.
        gradient: see `lfpnet.metrics.gradient`.
        connectivity: see `lfpnet.metrics.connectivity`.
    """

    name: str
    sentence: str
    quantise: Quantisation
    gradient: GradientConvention
    connectivity: ConnectivityConvention


PLAIN = Protocol(
    name="plain",
    sentence="alpha in floating point, over the unknown region",
    quantise=None,
    gradient="divide_by_255",
    connectivity="largest_component",
)

#: Source: the published evaluation (alpha cut to 8 bits) and the MATLAB code of Xu et al., Deep Image Matting, 2017.
PUBLISHED = Protocol(
    name="published",
    sentence="alpha cut to 8 bits, over the unknown region; each alpha stretched to 0 to 1 for its gradient (mat2gray)",
    quantise="truncate",
    gradient="mat2gray",
    connectivity="largest_component",
)

PROTOCOLS = {protocol.name: protocol for protocol in (PLAIN, PUBLISHED)}
#: Plan and tile with which the published figures were made.
PUBLISHED_PLAN, PUBLISHED_TILE = "published", 1024
