"""The rows of tables 3, 4 and 5, and the trained variants that they need; rows that share one are trained once.

Table 3 varies the bottleneck of the propagating module, or leaves the module out. Table 4 varies the inner patch of
inference: one trained network, tiles of 1, 1.5 and 2 times the side that it was trained with. Table 5 varies how far
around the inner patch the context reaches, in training and in inference: beyond that its border is repeated, so that
nothing is learnt from there while network and cost stay the same. That holds for the published and the lean structure,
which both are built for a context of twice the side.

Source: the paper, section 5.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import Propagating

TABLES = (3, 4, 5)


@dataclass(frozen=True)
class Variant:
    """What is trained.

    Attributes:
        propagating: bottleneck of the propagating module; `none` leaves the module out.
        context: sides of the inner patch that the context reaches, 1 to 2.
    """

    propagating: Propagating = "cspp"
    context: float = 2.0

    @property
    def name(self) -> str:
        """A name for folders."""
        return self.propagating if self.context == 2 else f"{self.propagating}-context-{self.context:g}"


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        table: 3, 4 or 5.
        label: what the table calls it.
        variant: what is trained for it.
        inner: side of the inner patches of inference, in sides of those of training.
        published: SAD, MSE x1000, Grad and Conn in the paper, at its scale and on its data.
    """

    table: int
    label: str
    variant: Variant
    inner: float
    published: tuple[float, float, float, float]


_ROWS = (
    Row(3, "w/o P.M.", Variant("none"), 1.0, (30.1, 5.4, 11.0, 26.6)),
    Row(3, "P.M. with non-local", Variant("non_local"), 1.0, (26.8, 4.6, 9.5, 22.5)),
    Row(3, "P.M. with ASPP", Variant("aspp"), 1.0, (24.1, 4.1, 8.7, 19.3)),
    Row(3, "P.M. with CSPP", Variant(), 1.0, (23.2, 3.7, 8.0, 18.1)),
    Row(4, "inner patch x1 (paper: 512)", Variant(), 1.0, (23.2, 3.7, 8.0, 18.1)),
    Row(4, "inner patch x1.5 (paper: 768)", Variant(), 1.5, (22.7, 3.6, 7.8, 17.5)),
    Row(4, "inner patch x2 (paper: 1024)", Variant(), 2.0, (22.4, 3.6, 7.6, 17.1)),
    Row(5, "context x1 (paper: 512)", Variant(context=1.0), 1.0, (24.1, 3.9, 8.5, 19.0)),
    Row(5, "context x1.5 (paper: 768)", Variant(context=1.5), 1.0, (23.5, 3.7, 8.2, 18.4)),
    Row(5, "context x2 (paper: 1024)", Variant(), 1.0, (23.2, 3.7, 8.0, 18.1)),
)


def rows_of(tables: Sequence[int]) -> list[Row]:
    """The rows of some tables.

    Args:
        tables: of 3, 4 and 5.

    Raises:
        ConfigurationError: another table.
    """
    if not tables or not set(tables) <= set(TABLES):
        raise ConfigurationError(f"Expected tables among {', '.join(map(str, TABLES))}, got {list(tables)}.")
    return [row for row in _ROWS if row.table in tables]
