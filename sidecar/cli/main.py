"""The `lfpnet` command: one file per sub-command, one place where errors become a sentence and an exit code.

Exit codes: 0 done, 2 the input or the output cannot be used, 130 interrupted.
"""

import argparse
import io
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from lfpnet import __version__
from lfpnet.errors import CancelledError, LfpnetError

#: Sub-commands and what each is for, in the order of `lfpnet --help`.
SUB_COMMANDS = {
    "matte": "matte one plate",
    "trimap": "make and preview a trimap",
    "carry": "carry trimaps from a few key frames to all others",
    "steady": "steady the mattes of a shot over time",
    "weights": "inspect or import weights",
    "doctor": "check this installation",
    "data": "make and look at training data",
    "train": "train a network on a pool",
    "finetune": "teach weights a shot from a few frames",
    "ablate": "train variants of a network and compare them (tables 3 to 5 of the paper)",
    "evaluate": "measure weights and baselines on a data set",
    "analyze": "statistics of trimaps",
    "serve": "run the sidecar here (hosts start it by themselves)",
    "status": "show jobs, memory and models of the sidecar",
    "stop": "end the sidecar after its jobs",
    "keys": "make and allow keys for a sidecar on another machine",
    "farm": "write a job template for a render farm",
    "install": "place a plugin where its host finds it",
    "uninstall": "remove what install placed",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command and return its exit code."""
    logging.basicConfig(format="lfpnet: %(message)s", level=logging.WARNING, stream=sys.stderr)
    # A farm stops its jobs with SIGTERM: temporary files go away as they do on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _print_any_name()
    words = with_negative_ranges(sys.argv[1:] if arguments is None else list(arguments))
    parsed = _parser(words[0] if words else None).parse_args(words)
    try:
        return int(parsed.run(parsed))
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, CancelledError):
        print("lfpnet: interrupted; nothing was written.", file=sys.stderr)
        return 130
    except UnicodeEncodeError as error:
        name = os.fsencode(str(error.object)).decode("utf-8", "backslashreplace")
        print(f"lfpnet: Expected a name in UTF-8, got '{name}', which cannot be handed on; rename it.", file=sys.stderr)
        return 2
    except LfpnetError as error:
        print(f"lfpnet: {error}", file=sys.stderr)
        return 2


def with_negative_ranges(words: Sequence[str]) -> list[str]:
    """Tie `--frames -2-2` together, which argparse would take for an unknown option."""
    tied: list[str] = []
    for word in words:
        if tied[-1:] == ["--frames"] and re.fullmatch(r"-\d[\d\s,x:-]*", word):
            tied[-1] = f"--frames={word}"
        else:
            tied.append(word)
    return tied


def _print_any_name() -> None:
    """Names of files may hold bytes that are no UTF-8: they are printed as they are, as `ls` does."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")


def _parser(command: str | None) -> argparse.ArgumentParser:
    """The parser; only the module of `command` is imported, as some of them take seconds."""
    parser = argparse.ArgumentParser(
        prog="lfpnet", description="Mattes for compositors: alpha, foreground, background."
    )
    parser.add_argument("--version", action="version", version=f"lfpnet {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, purpose in SUB_COMMANDS.items():
        if name == command:
            import_module(f"sidecar.cli.{name}").add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=purpose)
    return parser


if __name__ == "__main__":
    sys.exit(main())
