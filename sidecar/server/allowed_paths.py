"""Which files a client may name: only those under allow-listed folders, after links are resolved."""

from collections.abc import Sequence
from pathlib import Path

from sidecar.wire.errors import SidecarError


def allowed_path(text: str, roots: Sequence[Path], *, must_exist: bool) -> Path:
    """Return the real path behind `text`.

    Args:
        text: an absolute path from a client.
        roots: the allow-listed folders.
        must_exist: True for pictures to read; a file to write needs only its folder.

    Raises:
        SidecarError: code `path_refused` outside the roots, `bad_image` or `output_failed` where there is nothing.
    """
    path = Path(text)
    if "\0" in text or not path.is_absolute():
        raise SidecarError("path_refused", f"A path must be absolute, not '{text[:200]!s}': send the whole path.")
    try:
        real = path.resolve(strict=True) if must_exist else path.parent.resolve(strict=True) / path.name
    except (OSError, RuntimeError) as problem:
        if not any(path.is_relative_to(root) for root in roots):
            raise _refusal(text) from problem
        code = "bad_image" if must_exist else "output_failed"
        missing = path if must_exist else path.parent
        raise SidecarError(
            code, f"{missing} cannot be found by the sidecar: check the path and the mount."
        ) from problem
    if not any(real.is_relative_to(root.resolve()) for root in roots):
        raise _refusal(text)
    return real


def _refusal(text: str) -> SidecarError:
    return SidecarError(
        "path_refused",
        f"The sidecar may not touch '{text[:300]}', which is outside its allowed folders: start it with --allow FOLDER "
        "or send the pixels instead.",
    )
