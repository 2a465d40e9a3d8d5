"""CURVE keys in files: secrets readable by their owner only, public keys to be handed over and listed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import zmq

from ..wire.errors import SidecarError

_PUBLIC = re.compile(r'public-key\s*=\s*"([^"\s]{40})"')
_SECRET = re.compile(r'secret-key\s*=\s*"([^"\s]{40})"')
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create_pair(folder: Path, name: str) -> tuple[Path, Path]:
    """Write `NAME.key` (public) and `NAME.secret` (mode 0600, never overwritten) into a folder of mode 0700.

    Returns:
        The paths of the public and of the secret file.

    Raises:
        SidecarError: code `bad_option` for a bad name or an existing pair.
    """
    if not _NAME.fullmatch(name):
        raise SidecarError(
            "bad_option", f"A key's name is letters, digits, dots and dashes, not '{name}': choose another."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    public_path, secret_path = folder / f"{name}.key", folder / f"{name}.secret"
    public, secret = (part.decode("ascii") for part in zmq.curve_keypair())
    _write_new(secret_path, _certificate(public, secret), 0o600)
    _write_new(public_path, _certificate(public, None), 0o644)
    return public_path, secret_path


def allow_client(folder: Path, public_file: Path, name: str | None = None) -> Path:
    """List a client's public key in a server's key folder and return the new file.

    Raises:
        SidecarError: code `bad_option` when the file holds no public key, or holds a secret one.
    """
    text = _read(public_file)
    if _SECRET.search(text):
        raise SidecarError("bad_option", f"{public_file} holds a secret key: hand over and list the .key file only.")
    name = name or public_file.stem
    if not _NAME.fullmatch(name):
        raise SidecarError(
            "bad_option", f"A key's name is letters, digits, dots and dashes, not '{name}': choose another."
        )
    target = folder / "clients" / f"{name}.key"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_new(target, _certificate(_find(_PUBLIC, text, public_file), None), 0o644)
    return target


def load_public(path: Path) -> bytes:
    """Return the public key in a file.

    Raises:
        SidecarError: code `bad_option` when there is none.
    """
    return _find(_PUBLIC, _read(path), path).encode("ascii")


def load_pair(path: Path) -> tuple[bytes, bytes]:
    """Return public and secret key of a `.secret` file.

    Raises:
        SidecarError: code `bad_option` when there is none, `unauthorised` when others may read it.
    """
    text = _read(path)
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise SidecarError("unauthorised", f"{path} may be read by others: run chmod 600 on it, or make new keys.")
    return _find(_PUBLIC, text, path).encode("ascii"), _find(_SECRET, text, path).encode("ascii")


def _certificate(public: str, secret: str | None) -> str:
    lines = ["# ZeroMQ CURVE certificate, made by lfpnet keys", "metadata", "curve", f'    public-key = "{public}"']
    if secret is not None:
        lines.append(f'    secret-key = "{secret}"')
    return "\n".join(lines) + "\n"


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as problem:
        raise SidecarError("bad_option", f"{path} exists already: remove it or choose another name.") from problem
    except OSError as problem:
        raise SidecarError("bad_option", f"{path} cannot be written ({problem}): choose another folder.") from problem
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise SidecarError(
            "bad_option", f"{path} cannot be read as a key file ({problem}): run lfpnet keys create."
        ) from problem


def _find(pattern: re.Pattern[str], text: str, path: Path) -> str:
    found = pattern.search(text)
    if found is None:
        raise SidecarError("bad_option", f"{path} holds no such CURVE key: run lfpnet keys create.")
    return found.group(1)
