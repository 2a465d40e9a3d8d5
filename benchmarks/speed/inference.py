"""Benchmark of inference: plans, memory, one patch, agreement and precision, written as one markdown document.

python benchmarks/speed/inference.py [--quick] [--output docs/benchmarks/inference.md]
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import Bench
from memory import memory_section
from plans import plans_section
from report import Section, document, load_average
from single_patch import patch_section
from trained import agreement_section, precision_section

from lfpnet.weights import default_weights

_ROOT = Path(__file__).resolve().parents[2]
SECTIONS: dict[str, Callable[[Bench], Section]] = {
    "plans": plans_section,
    "memory": memory_section,
    "patch": patch_section,
    "agreement": agreement_section,
    "precision": precision_section,
}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the document, and write it when a path is given."""
    given = _parser().parse_args(arguments)
    weights = given.weights or (default_weights() if default_weights().exists() else None)
    load_before = load_average()
    with tempfile.TemporaryDirectory(prefix="inference-speed-") as folder:
        if weights is not None:  # a training run may replace the file meanwhile
            weights = Path(shutil.copy(weights, folder))
        bench = Bench(Path(folder), given.threads, given.quick, weights, _examples(given))
        sections = [SECTIONS[name](bench) for name in given.sections]
        text = document(bench, sections, _command(), load_before)
    print(text)
    if given.output is not None:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(text, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure speed and memory of inference; print a markdown document.")
    parser.add_argument("--quick", action="store_true", help="tiny frames and tiles, to try the benchmark itself")
    parser.add_argument("--output", type=Path, help="write the document here too")
    parser.add_argument("--threads", type=int, default=1, help="threads of every measurement (1)")
    parser.add_argument("--weights", type=Path, help="trained weights of lfpnet-compact (the packaged ones)")
    parser.add_argument(
        "--example",
        nargs=2,
        type=Path,
        action="append",
        metavar=("PLATE", "TRIMAP"),
        help="plate, and grey trimap or roto shapes, to compare on trained weights (those of examples/)",
    )
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="what to measure (all)")
    return parser


def _examples(given: argparse.Namespace) -> tuple[tuple[Path, Path], ...]:
    """The plates that were named, else the repository's own; none when quick."""
    if given.example is not None:
        return tuple((plate, trimap) for plate, trimap in given.example)
    shapes = [] if given.quick else sorted((_ROOT / "examples").glob("*/roto.json"))
    return tuple((next(path.parent.glob("plate.*")), path) for path in shapes)


def _command() -> list[str]:
    """The command line, without folders outside the repository."""
    return [_shortened(argument) for argument in sys.argv]


def _shortened(argument: str) -> str:
    path = Path(argument)
    if not path.exists() and not path.is_absolute():
        return argument
    path = path.resolve()
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name


if __name__ == "__main__":
    main()
