"""`lfpnet analyze trimaps`: how far unknown pixels are from known ones, and what that asks of tile and context."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.atomic_file import atomic_file
from lfpnet.data.layouts import DEFAULT_BAND_PIXELS, LAYOUT_NAMES, Case
from lfpnet.data.layouts.folders import pictures_in
from lfpnet.errors import InputError, TrimapError
from lfpnet.evaluation.distances import (
    Advice,
    CaseDistances,
    Histogram,
    advise,
    distance_plot,
    pooled,
    trimap_distances,
)
from lfpnet.evaluation.distances.measurement import FARTHER
from lfpnet.evaluation.distances.plot import RECEPTIVE_FIELD
from lfpnet.images import read_mask
from lfpnet.trimap import from_grey
from sidecar.cli.evaluate import Skipped, cases_of, make_folder


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("analyze")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    trimaps = commands.add_parser(
        "trimaps",
        help="distances from unknown to known pixels (figure 2 of the paper)",
        description="Measure a data set, a shot, or a folder of nothing but trimaps; write DIR/distances.json, "
        "distances.csv and distances.svg.",
    )
    trimaps.add_argument("dataset", type=Path, metavar="DIR", help="folder of a data set, a shot, or trimaps")
    trimaps.add_argument("--layout", choices=("auto", *LAYOUT_NAMES), default="auto")
    trimaps.add_argument("--trimap", metavar="FOLDER", help="which folder of trimaps, for example Trimap2")
    trimaps.add_argument("--band", type=float, default=DEFAULT_BAND_PIXELS, metavar="PIXELS")
    trimaps.add_argument("--limit", type=int, metavar="N", help="only the first N cases")
    trimaps.add_argument("--skip-unreadable", action="store_true", help="name what cannot be read and go on")
    trimaps.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="made if it does not exist")
    trimaps.add_argument("--json", action="store_true", help="print the result as JSON")
    trimaps.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, draw and advise."""
    skipped = Skipped(arguments.skip_unreadable)
    cases = _cases(arguments, skipped)
    make_folder(arguments.output)
    bar = tqdm(cases, unit="trimap", disable=arguments.json, leave=False)
    distances = list(_measured(bar, skipped))
    usable = [case for case in distances if case.histograms]
    for case in distances:
        if case.why_empty:
            print(f"lfpnet: the trimap of {case.name} {case.why_empty} and is left out.", file=sys.stderr)
    if not usable:
        raise TrimapError(
            f"Expected in {arguments.dataset} a trimap with foreground, background and unknown pixels, found none; "
            "mark some sure foreground and background."
        )
    histograms = pooled(usable)
    advice = advise(histograms[FARTHER])
    result = _result(arguments, usable, distances, histograms, advice)
    _write(arguments.output / "distances.json", json.dumps(result, indent=1) + "\n")
    _write(arguments.output / "distances.csv", _csv(usable))
    title = f"From unknown to known in {len(usable)} trimaps of {arguments.dataset.resolve().name}"
    _write(arguments.output / "distances.svg", distance_plot(histograms, title=title))
    print(json.dumps(result) if arguments.json else _text(histograms, advice, arguments.output))
    return 0


def _cases(arguments: argparse.Namespace, skipped: Skipped) -> Sequence[Case | Path]:
    """Cases of a layout, or the pictures of a folder that holds nothing but trimaps."""
    folder = arguments.dataset
    if arguments.layout == "auto" and folder.is_dir():
        pictures = list(pictures_in(folder).values())
        if pictures and not any(path.is_dir() for path in folder.iterdir()):
            return pictures[: arguments.limit]
    return cases_of(arguments, skipped)[0]


def _measured(cases: Any, skipped: Skipped) -> Iterator[CaseDistances]:
    for case in cases:
        try:
            if isinstance(case, Case):
                pixels = case.read()
                yield trimap_distances(case.name, pixels.trimap, pixels.alpha)
            else:
                yield trimap_distances(case.name, from_grey(read_mask(case).pixels), None)
        except InputError as error:
            if skipped.listener is None:
                raise
            skipped.listener(str(error))


def _statistics(histogram: Histogram) -> dict[str, float | int]:
    """Quartiles, and the share that the field of ResNet-50 does not reach."""
    return {
        "pixels": histogram.total,
        "first_quartile": histogram.quantile(0.25),
        "median": histogram.quantile(0.5),
        "third_quartile": histogram.quantile(0.75),
        f"share_beyond_{RECEPTIVE_FIELD}": round(histogram.share_beyond(RECEPTIVE_FIELD), 6),
    }


def _result(
    arguments: argparse.Namespace,
    usable: Sequence[CaseDistances],
    distances: Sequence[CaseDistances],
    histograms: Mapping[str, Histogram],
    advice: Advice,
) -> dict[str, Any]:
    return {
        "dataset": str(arguments.dataset.resolve()),
        "trimaps": len(usable),
        "left_out": {case.name: case.why_empty for case in distances if case.why_empty},
        "distances_in_pixels": {curve: _statistics(histogram) for curve, histogram in histograms.items()},
        "advice": {
            "tile": advice.tile,
            "context": advice.context,
            "share_that_sees_both_known_regions_by_tile": {
                str(tile): round(share, 6) for tile, share in advice.reached_share.items()
            },
            "sentence": advice.sentence,
        },
    }


def _csv(usable: Sequence[CaseDistances]) -> str:
    """One row for each case and curve that has pixels."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "curve", *_statistics(usable[0].histograms[FARTHER])])
    for case in usable:
        for curve, histogram in case.histograms.items():
            if histogram.total:
                writer.writerow([case.name, curve, *_statistics(histogram).values()])
    return text.getvalue()


def _text(histograms: Mapping[str, Histogram], advice: Advice, folder: Path) -> str:
    lines = [
        f"{curve}: half within {histogram.quantile(0.5):g} pixels, three quarters within "
        f"{histogram.quantile(0.75):g}, {100 * histogram.share_beyond(RECEPTIVE_FIELD):.1f} % beyond {RECEPTIVE_FIELD}"
        for curve, histogram in histograms.items()
        if histogram.total
    ]
    return "\n".join([*lines, advice.sentence, str(folder / "distances.svg")])


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as stream:
        stream.write(text.encode())
