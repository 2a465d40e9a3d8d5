"""`lfpnet install nuke`: the plugin in a Nuke folder, and one marked block in its `init.py`."""

import argparse
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import sidecar
from lfpnet.errors import ConfigurationError, OutputError
from sidecar.cli.nuke_folder import install

#: Where the plugins' sources may be: beside the packages in a checkout, inside this one in an installed wheel.
_ROOT = Path(sidecar.__file__).resolve().parent
#: As the bundle script names it.
_PLATFORM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
_PLACES = (_ROOT.parent / "plugins", _ROOT / "plugins")


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("install", description="Place a plugin where its host finds it.")
    add_place_arguments(parser)
    parser.add_argument(
        "--wheels",
        type=Path,
        metavar="DIR",
        help="folder of pyzmq and msgpack wheels, for machines without a network; default: they are downloaded",
    )
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        help="Python of your Nuke: 3.9 (14), 3.10 (15), 3.11 (16); may be repeated; default: all that the plugin knows",
    )
    parser.set_defaults(run=run)


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says which plugin goes where."""
    parser.add_argument("host", choices=("nuke",), help="the program; Blender installs its own zip")
    parser.add_argument("--to", type=Path, metavar="DIR", help="the Nuke folder; default: ~/.nuke")


def run(arguments: argparse.Namespace) -> int:
    """Place the plugin."""
    bundle = bundle_script()

    def build(made: Path) -> None:
        try:
            pythons = arguments.python or bundle.NUKE_PYTHONS
            bundle.build_nuke(made, wheels=arguments.wheels, platforms=[_PLATFORM], pythons=pythons)
        except bundle.BundleError as problem:
            raise OutputError(str(problem)) from problem

    plugin = install(nuke_folder_of(arguments), build)
    print(f"{plugin}: Nuke loads it at its next start; `lfpnet uninstall nuke` removes it")
    return 0


def nuke_folder_of(arguments: argparse.Namespace) -> Path:
    """The Nuke folder that was named, or the user's own."""
    return (arguments.to or Path.home() / ".nuke").expanduser().absolute()


def bundle_script() -> ModuleType:
    """The script that builds the plugins.

    Raises:
        ConfigurationError: this installation came without the plugins.
    """
    for place in _PLACES:
        path = place / "bundle.py"
        spec = importlib.util.spec_from_file_location("lfpnet_plugin_bundle", path) if path.exists() else None
        if spec is not None and spec.loader is not None:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    places = " or ".join(str(place) for place in _PLACES)
    raise ConfigurationError(f"Expected the plugins' sources in {places}, got none; install lfpnet again.")
