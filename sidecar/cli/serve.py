"""`lfpnet serve`: run the sidecar in this process; hosts start it by themselves, people start it on a GPU machine."""

import argparse
import faulthandler
import logging
import os
import sys
from pathlib import Path

from lfpnet.weights import user_models_folder
from sidecar.runtime.endpoint import runtime_directory
from sidecar.server.app import serve
from sidecar.server.config import ServerConfig
from sidecar.wire.errors import SidecarError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command's options."""
    parser = subparsers.add_parser("serve")
    add_arguments(parser)
    parser.set_defaults(run=run)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a server; tests use them with a predictor of their own."""
    parser.add_argument("--weights", type=Path, help="checkpoint of the model 'default' (default: the one that ships)")
    parser.add_argument(
        "--models", type=Path, action="append", metavar="FOLDER", help="offer NAME.safetensors in it too; see the docs"
    )
    parser.add_argument("--device", action="append", metavar="DEVICE", help="auto, cpu, cuda:0, mps; repeat for more")
    parser.add_argument("--precision", default="auto", help="auto, fp32, bf16 or fp16 (default: auto)")
    parser.add_argument("--listen", metavar="ADDRESS", help="tcp://127.0.0.1:* or, with --keys, tcp://HOST:PORT")
    parser.add_argument("--keys", type=Path, metavar="FOLDER", help="made by 'lfpnet keys create FOLDER server'")
    parser.add_argument("--allow", type=Path, action="append", metavar="FOLDER", help="clients may name files below it")
    parser.add_argument("--idle-seconds", type=float, default=900.0, help="end after so long without work; 0: never")
    parser.add_argument("--drain-seconds", type=float, default=120.0, help="time for accepted jobs after SIGTERM")
    parser.add_argument("--session-seconds", type=float, default=15.0, help="a client silent for so long has vanished")


def run(arguments: argparse.Namespace) -> int:
    """Serve until idle or told to stop."""
    prepare_process()
    try:
        return serve(config_from(arguments))
    except SidecarError as error:
        print(f"lfpnet serve: {error.sentence}", file=sys.stderr)
        return 2


def main() -> int:
    """Serve without the other commands: `python -m sidecar.cli.serve` listens before anything heavy is imported."""
    parser = argparse.ArgumentParser(prog="lfpnet serve")
    add_arguments(parser)
    return run(parser.parse_args())


def prepare_process() -> None:
    """Log to standard error, also what native libraries die of."""
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(threadName)s %(message)s")


def config_from(arguments: argparse.Namespace) -> ServerConfig:
    """Build the configuration.

    Raises:
        SidecarError: an option makes no sense.
    """
    is_remote = arguments.listen is not None and not arguments.listen.startswith("tcp://127.0.0.1:")
    folder = runtime_directory()
    if is_remote:
        # A machine may serve its own user and the network at once: two sidecars, two folders.
        folder = runtime_directory({"LFPNET_RUNTIME_DIR": str(folder / "remote")})
    # A local client is the same user, so it could open any of these files itself; others name what they share.
    everywhere = () if is_remote else (Path(Path.cwd().anchor),)
    allowed = tuple(path.resolve() for path in arguments.allow) if arguments.allow else everywhere
    return ServerConfig(
        runtime_directory=folder,
        weights=arguments.weights,
        models_directories=(user_models_folder(), *(arguments.models or ())),
        devices=tuple(arguments.device or ("auto",)),
        precision=arguments.precision,
        listen=arguments.listen,
        keys_directory=arguments.keys,
        allowed_roots=allowed,
        idle_seconds=arguments.idle_seconds,
        session_seconds=arguments.session_seconds,
        drain_seconds=arguments.drain_seconds,
        log_file=os.environ.get("LFPNET_LOG_FILE", ""),
    )


if __name__ == "__main__":
    sys.exit(main())
