"""How figures are computed: plainly, or as the tables of the papers were."""

from dataclasses import dataclass

from lfpnet.metrics import ConnectivityConvention, GradientConvention, Quantisation, Region


@dataclass(frozen=True)
class Protocol:
    """Conventions of one run, for every method alike.

    Attributes:
        name: `plain`, `published` or `ports`.
        sentence: what it means beside the region, for the report.
        quantise: how alpha becomes 8 bit before it is measured.
        gradient: see `lfpnet.metrics.gradient`.
        connectivity: see `lfpnet.metrics.connectivity`.
        region: over which alpha is compared.
    """

    name: str
    sentence: str
    quantise: Quantisation
    gradient: GradientConvention
    connectivity: ConnectivityConvention
    region: Region = "unknown"

    @property
    def description(self) -> str:
        """The whole of it, for the report."""
        where = "the unknown region" if self.region == "unknown" else "the whole picture"
        return f"Protocol {self.name}: {self.sentence}, over {where}"


PLAIN = Protocol(
    name="plain",
    sentence="alpha in floating point",
    quantise=None,
    gradient="divide_by_255",
    connectivity="largest_component",
)

#: Source: the published evaluation (alpha cut to 8 bits) and the MATLAB code of Xu et al., Deep Image Matting, 2017.
PUBLISHED = Protocol(
    name="published",
    sentence="alpha cut to 8 bits, each stretched to 0 to 1 for its gradient (mat2gray)",
    quantise="truncate",
    gradient="mat2gray",
    connectivity="largest_component",
)

#: Source: how Python ports of that code commonly differ from it.
PORTS = Protocol(
    name="ports",
    sentence="alpha cut to 8 bits; the body of Conn is the most frequent label, background included",
    quantise="truncate",
    gradient="divide_by_255",
    connectivity="argmax_with_background",
)

PROTOCOLS = {protocol.name: protocol for protocol in (PLAIN, PUBLISHED, PORTS)}
#: Plan and tile with which the published figures were made.
PUBLISHED_PLAN, PUBLISHED_TILE = "published", 1024
