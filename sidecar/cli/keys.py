"""`lfpnet keys`: make CURVE key pairs and list which clients a server lets in."""

import argparse
import sys
from pathlib import Path

from sidecar.runtime.keys import allow_client, create_pair
from sidecar.wire.errors import SidecarError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command's options."""
    parser = subparsers.add_parser("keys")
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="write NAME.key (hand it over) and NAME.secret (keep it)")
    create.add_argument("folder", type=Path)
    create.add_argument("name", help="'server' for the machine that serves, else the client's name")
    allow = actions.add_parser("allow", help="let a client in")
    allow.add_argument("folder", type=Path, help="the server's key folder")
    allow.add_argument("public", type=Path, help="the client's .key file")
    allow.add_argument("--name", help="call it so instead of by its file's name")
    listed = actions.add_parser("list", help="show which clients are let in")
    listed.add_argument("folder", type=Path, help="the server's key folder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    try:
        if arguments.action == "create":
            public, secret = create_pair(arguments.folder, arguments.name)
            print(f"Hand over {public}\nKeep      {secret}")
        elif arguments.action == "allow":
            print(f"Allowed as {allow_client(arguments.folder, arguments.public, arguments.name)}")
        else:
            for path in sorted((arguments.folder / "clients").glob("*.key")):
                print(path.stem)
    except SidecarError as error:
        print(f"lfpnet keys: {error.sentence}", file=sys.stderr)
        return 2
    return 0
