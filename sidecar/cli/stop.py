"""`lfpnet stop`: end the sidecar, by default after the jobs that it has accepted."""

import argparse
import sys
import time

from sidecar.cli.connection import add_connection_arguments, connect, is_local_alive
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
    is_local = arguments.connect is None
    try:
        if is_local and not is_local_alive():
            print("No sidecar is running.")
            return 0
        with connect(arguments, "stop") as client:
            client.shutdown(how="now" if arguments.now else "drain")
            give_up = time.monotonic() + arguments.timeout_seconds
            while is_local_alive() if is_local else client.state != "asleep":
                if time.monotonic() > give_up:
                    raise SidecarError("timed_out", "The sidecar still works on its jobs: wait, or use --now.")
                time.sleep(0.05)
    except SidecarError as error:
        print(f"lfpnet stop: {error.sentence}", file=sys.stderr)
        return 1
    print("The sidecar has ended.")
    return 0
