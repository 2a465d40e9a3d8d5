"""`lfpnet stop`: end the sidecar, by default after the jobs that it has accepted."""

import argparse
import sys

from sidecar.cli.connection import add_connection_arguments, is_local_alive, stop_local, stop_remote
from sidecar.wire.errors import SidecarError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command's options."""
    parser = subparsers.add_parser("stop")
    parser.add_argument("--now", action="store_true", help="do not finish accepted jobs")
    parser.add_argument("--timeout-seconds", type=float, default=150.0, help="how long to wait for the end")
    add_connection_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask the sidecar to end and wait until it has."""
    how = "now" if arguments.now else "drain"
    try:
        if arguments.connect is not None:
            stop_remote(arguments, how, arguments.timeout_seconds)
        elif is_local_alive():
            stop_local(how, arguments.timeout_seconds)
        else:
            print("No sidecar is running.")
            return 0
    except SidecarError as error:
        print(f"lfpnet stop: {error.sentence}", file=sys.stderr)
        return 1
    print("The sidecar has ended.")
    return 0
