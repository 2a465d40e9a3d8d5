"""The facts of a model card, generated: what the weights file says of itself, whose pictures it saw, how good it is.

They stand between two marks in a markdown file; what people write around them stays.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lfpnet.errors import InputError
from lfpnet.model.checkpoint import Checkpoint

BEGIN, END = "<!-- facts: begin, by `lfpnet weights card` -->", "<!-- facts: end -->"
#: Figures of `lfpnet evaluate`, their titles and factors.
_COLUMNS = {
    "mse": ("MSE x1000", 1000.0),
    "sad": ("SAD", 1.0),
    "grad": ("Grad", 1.0),
    "conn": ("Conn", 1.0),
    "foreground_mse": ("foreground MSE x1000", 1000.0),
}


def card_facts(
    checkpoint: Checkpoint, nbytes: int, photographs: Sequence[Mapping[str, str]], runs: Sequence[Mapping[str, Any]]
) -> str:
    """The generated part of a card.

    Args:
        checkpoint: of the weights.
        nbytes: size of their file.
        photographs: records of the manifest, of those that the weights saw.
        runs: what `figures.json` of some evaluations holds.

    Returns:
        Markdown with both marks.
    """
    parts = [BEGIN, _about(checkpoint, nbytes), _photographs(photographs), *map(_figures, runs), END]
    return "\n\n".join(part for part in parts if part)


def with_facts(text: str, facts: str, path: Path) -> str:
    """A card with its generated part replaced; an empty one is that part alone.

    Args:
        text: the card as it is.
        facts: from `card_facts`.
        path: of the card, for the sentence.

    Raises:
        InputError: the card has text and no marks.
    """
    if not text.strip():
        return facts + "\n"
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"Expected the lines '{BEGIN}' and '{END}' in {path}, got none; add them where facts belong.")
    return before + facts + after


def seen_photographs(checkpoint: Checkpoint, manifest: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The records of those photographs that the provenance names as backgrounds of training."""
    names = set(_names(checkpoint.provenance.facts))
    return [record for record in manifest if Path(record["name"]).stem in names]


def _names(value: Any) -> list[str]:
    """Stems of every file in any list called `backgrounds` of the nested facts."""
    if isinstance(value, Mapping):
        own = [Path(str(name)).stem for name in value.get("backgrounds", [])]
        return own + [name for inner in value.values() for name in _names(inner)]
    return []


def _about(checkpoint: Checkpoint, nbytes: int) -> str:
    provenance = checkpoint.provenance
    count = sum(tensor.numel() for tensor in checkpoint.tensors.values())
    rows = [
        ("name", f"`{provenance.name}`, preset `{checkpoint.config.preset}`"),
        ("file", f"{nbytes / 1e6:.1f} MB, {count:,} numbers, half precision"),
        ("licence", provenance.licence),
        ("made by", f"`{provenance.made_by}`"),
    ]
    rows += [(key, str(value)) for key, value in provenance.facts.items() if not isinstance(value, (Mapping, list))]
    return "\n".join(["| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows)])


def _photographs(records: Sequence[Mapping[str, str]]) -> str:
    """How many under which licence, and whose."""
    if not records:
        return ""
    counts = Counter(record["licence"] for record in records)
    authors: dict[str, set[str]] = defaultdict(set)
    for record in records:
        authors[record["licence"]].add(record.get("author") or "not named")
    lines = [f"{len(records)} photographs and photographed surfaces as backgrounds:", ""]
    lines += ["| licence | files | authors |", "|---|---:|---|"]
    lines += [f"| {name} | {counts[name]} | {'; '.join(sorted(authors[name]))} |" for name in sorted(counts)]
    return "\n".join(lines)


def _figures(run: Mapping[str, Any]) -> str:
    """One table for each evaluation, with its command."""
    facts, summary = run["facts"], run["summary"]
    shown = [key for key in _COLUMNS if any(key in row["mean"] for row in summary)]
    cores = ", ".join(str(facts["machine"]).split(", ")[-2:])
    lines = [
        f"`{facts['command']}`, {facts['date']}, {cores}: means over {summary[0]['count']} cases, unknown region.",
        "",
        "| | " + " | ".join(_COLUMNS[key][0] for key in shown) + " |",
        "|---|" + "---:|" * len(shown),
    ]
    for row in summary:
        cells = [f"{row['mean'][key] * _COLUMNS[key][1]:.2f}" if key in row["mean"] else "" for key in shown]
        lines.append(f"| {row['method']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
