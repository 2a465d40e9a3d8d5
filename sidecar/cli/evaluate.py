"""`lfpnet evaluate`: any data set, any weights, beside baselines; tables and one HTML page."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args

from tqdm import tqdm

from lfpnet.data.layouts import DEFAULT_BAND_PIXELS, LAYOUT_NAMES, Case, check_cases, find_cases, recognise
from lfpnet.errors import ConfigurationError, LfpnetError, OutputError
from lfpnet.evaluation import (
    PROTOCOLS,
    CaseResult,
    ClosedForm,
    Method,
    MultiLevelForeground,
    NearestNeighbours,
    OneHalf,
    Protocol,
    RunFacts,
    evaluate,
    network_methods,
    summarise,
    write_csv,
    write_json,
    write_report,
)
from lfpnet.evaluation.builtin import builtin_folder
from lfpnet.evaluation.facts import command_line
from lfpnet.evaluation.markup import heading, printed
from lfpnet.evaluation.pictures import PictureBudget
from lfpnet.evaluation.protocol import PUBLISHED_PLAN, PUBLISHED_TILE
from lfpnet.evaluation.report import PICTURE_BYTES
from lfpnet.inference import MatteOptions, PlanName
from lfpnet.inference.device import PrecisionName
from lfpnet.metrics import REGIONS
from sidecar.cli.evaluate_mattes import evaluate_mattes

#: Stands for the benchmark of the package where a folder is expected.
BUILTIN = "builtin"
_BASELINES = {"closed-form": ClosedForm, "knn": NearestNeighbours, "trimap": OneHalf}
#: The network's alpha with another foreground.
_MULTI_LEVEL = "multi-level"
_CHOICES = (*_BASELINES, _MULTI_LEVEL)


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "evaluate",
        description="Matte every case of a data set with every method, and write DIR/report.html, figures.csv and "
        "figures.json.",
    )
    add_dataset_options(parser)
    parser.add_argument("--weights", type=Path, nargs="+", metavar="FILE", help="default: the weights of the package")
    parser.add_argument("--no-network", action="store_true", help="baselines only")
    parser.add_argument(
        "--methods", default="", metavar="LIST", help=f"what to run beside the network: {','.join(_CHOICES)}"
    )
    parser.add_argument(
        "--protocol",
        choices=list(PROTOCOLS),
        default="plain",
        help="published: as the papers' tables; ports: as common Python ports of their code (docs)",
    )
    parser.add_argument(
        "--region", choices=REGIONS, default="unknown", help="whole: over all pixels, as some papers' tables are"
    )
    parser.add_argument("--plan", nargs="+", choices=get_args(PlanName), help="where tiles lie; several are compared")
    parser.add_argument("--tile", nargs="+", type=int, metavar="PIXELS", help="sides of tiles; several are compared")
    parser.add_argument(
        "--tta", nargs="?", choices=("on", "off", "both"), const="on", default="off", help="test-time augmentation"
    )
    parser.add_argument(
        "--mattes",
        metavar="NAME.####.exr",
        help="mattes of a shot that are made already: against its truth, frame by frame and over time",
    )
    parser.add_argument("--frames", metavar="RANGE", help="with --mattes, for example 1008-1024; default: all")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--precision", choices=get_args(PrecisionName), default="auto")
    parser.add_argument("--picture-width", type=int, default=640, metavar="PIXELS", help="of pictures in the report")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="made if it does not exist")
    parser.add_argument("--json", action="store_true", help="print the means as JSON instead of a progress bar")
    parser.set_defaults(run=run)


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides which cases there are."""
    parser.add_argument(
        "--dataset",
        "--datasets",
        dest="dataset",
        type=dataset_folder,
        required=True,
        metavar="DIR",
        help=f"folder of a data set or a shot, or {BUILTIN}: the cases that come with lfpnet",
    )
    parser.add_argument("--layout", choices=("auto", *LAYOUT_NAMES), default="auto", help="how the folder is laid out")
    parser.add_argument("--trimap", metavar="FOLDER", help="which folder of trimaps, for example Trimap2")
    parser.add_argument(
        "--band", type=float, default=DEFAULT_BAND_PIXELS, metavar="PIXELS", help="for trimaps made from alpha"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N cases")
    parser.add_argument("--skip-unreadable", action="store_true", help="name what cannot be used and go on")


def dataset_folder(text: str) -> Path:
    """The folder that is meant; a folder of the user's own that is called `builtin` goes before ours."""
    return builtin_folder() if text == BUILTIN and not Path(text).exists() else Path(text)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, and write what is known even when something breaks on the way."""
    if arguments.mattes is not None:
        return evaluate_mattes(arguments)
    skipped = Skipped(arguments.skip_unreadable)
    cases, layout = cases_of(arguments, skipped)
    methods = _methods(arguments)
    make_folder(arguments.output)
    results: list[CaseResult] = []
    budget = PictureBudget(PICTURE_BYTES)
    interruption = ""
    try:
        for result in _progressing(arguments, cases, methods, budget, skipped):
            results.append(result)  # noqa: PERF402 - what is done is kept when the next one breaks
    except KeyboardInterrupt:
        interruption = "it was interrupted."
    except LfpnetError as error:
        interruption = str(error)
    if not results:
        raise ConfigurationError(f"No case of {arguments.dataset} could be evaluated: {interruption or skipped.last}")
    facts = RunFacts(
        dataset=str(arguments.dataset.resolve()),
        layout=layout,
        command=command_line(sys.argv),
        protocol=protocol_of(arguments).description,
        methods={method.name: method.settings for method in methods},
        case_count=len(cases),
        skipped=skipped.sentences,
        interruption=interruption,
    )
    write_csv(arguments.output / "figures.csv", results)
    write_json(arguments.output / "figures.json", results, facts)
    write_report(arguments.output / "report.html", results, budget.kept, facts)
    _print_summary(arguments, results)
    if interruption:
        print(f"lfpnet: stopped after {len(results)} of {len(cases)} cases: {interruption}", file=sys.stderr)
    return 2 if interruption else 0


class Skipped:
    """Prints and keeps the sentence of every case that is left out, or is no listener at all."""

    def __init__(self, is_allowed: bool) -> None:
        self.sentences: list[str] = []
        self.listener = self._add if is_allowed else None

    @property
    def last(self) -> str:
        """The last sentence."""
        return self.sentences[-1] if self.sentences else "there is none."

    def _add(self, sentence: str) -> None:
        self.sentences.append(sentence)
        tqdm.write(f"lfpnet: skipped: {sentence}", file=sys.stderr)


def cases_of(arguments: argparse.Namespace, skipped: Skipped) -> tuple[list[Case], str]:
    """The cases that the options ask for, their headers checked, and the layout.

    Raises:
        InputError: the data set cannot be used.
    """
    if arguments.limit is not None and arguments.limit < 1:
        raise ConfigurationError(f"Expected --limit of at least 1, got {arguments.limit}; leave it out for all cases.")
    layout = recognise(arguments.dataset) if arguments.layout == "auto" else arguments.layout
    cases = find_cases(
        arguments.dataset, layout, trimap=arguments.trimap, band_pixels=arguments.band, on_skip=skipped.listener
    )
    cases = check_cases(cases[: arguments.limit], on_skip=skipped.listener)
    if not cases:
        raise ConfigurationError(f"No case of {arguments.dataset} can be read: {skipped.last}")
    return cases, layout


def make_folder(folder: Path) -> None:
    """Make the folder of the results before the work starts."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Expected to make the folder {folder}, got '{error}'; choose another.") from error


def _methods(arguments: argparse.Namespace) -> list[Method]:
    """The network with every choice of options, then the baselines."""
    names = [name.strip() for name in arguments.methods.split(",") if name.strip()]
    if unknown := [name for name in names if name not in _CHOICES]:
        raise ConfigurationError(
            f"Expected --methods among {','.join(_CHOICES)}, got {','.join(unknown)}; the network needs no name here."
        )
    methods: list[Method] = []
    if not arguments.no_network:
        weights = arguments.weights or [None]
        methods += network_methods(
            weights, options_of(arguments), device=arguments.device, precision=arguments.precision
        )
    if _MULTI_LEVEL in names:
        methods += [MultiLevelForeground(method) for method in methods]
    methods += [_BASELINES[name]() for name in dict.fromkeys(names) if name != _MULTI_LEVEL]
    if not methods:
        raise ConfigurationError("Expected something to evaluate, got --no-network without --methods; name a baseline.")
    return methods


def protocol_of(arguments: argparse.Namespace) -> Protocol:
    """The conventions that the options ask for."""
    return replace(PROTOCOLS[arguments.protocol], region=arguments.region)


def options_of(arguments: argparse.Namespace) -> list[MatteOptions]:
    """Every plan with every tile, with and without augmentation as asked."""
    is_published = arguments.protocol == "published"
    plans = arguments.plan or [PUBLISHED_PLAN if is_published else MatteOptions.plan]
    tiles = arguments.tile or [PUBLISHED_TILE if is_published else None]
    turns = {"off": [False], "on": [True], "both": [False, True]}[arguments.tta]
    return [
        MatteOptions(plan, tile, has_augmentation=has_augmentation, is_truncated=is_published)
        for plan, tile, has_augmentation in product(plans, tiles, turns)
    ]


def _progressing(
    arguments: argparse.Namespace,
    cases: Sequence[Case],
    methods: Sequence[Method],
    budget: PictureBudget,
    skipped: Skipped,
) -> Any:
    """The results, with a bar that names the case and the method at work."""
    with tqdm(total=len(cases) * len(methods), unit="matte", disable=arguments.json, leave=False) as bar:
        started = 0

        def progress(case: str, method: str) -> None:
            nonlocal started
            bar.set_description(f"{case}, {method}", refresh=False)
            bar.update(started - bar.n)
            started += 1

        results = evaluate(
            cases,
            methods,
            protocol_of(arguments),
            budget=budget,
            picture_width=arguments.picture_width,
            on_skip=skipped.listener,
            progress=progress,
        )
        yield from results


def _print_summary(arguments: argparse.Namespace, results: Sequence[CaseResult]) -> None:
    summaries = summarise(results)
    if arguments.json:
        print(json.dumps({item.method: {"cases": item.count, **item.mean} for item in summaries}))
        return
    for item in summaries:
        figures = ", ".join(f"{heading(key)} {printed(key, value)}" for key, value in item.mean.items())
        print(f"{item.method}: {figures} (means of {item.count})")
    print(arguments.output / "report.html")
