"""Where new weights go: a file that was named, or the user's folder of models, which every sidecar offers."""

from pathlib import Path

from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.weights import user_models_folder

_SUFFIX = ".safetensors"
#: Longer names do not fit into every file system together with the ending.
_NAME_LENGTH = 100
#: What every sidecar calls the weights that are used when none are named.
_TAKEN = "default"


def output_path(output: Path | None, name: str | None) -> Path:
    """Return the file for what `-o` and `--name` say.

    Args:
        output: a path, or a bare name without an ending for the user's folder.
        name: of the weights; names the file where there is no output.

    Raises:
        ConfigurationError: neither says where, or the name cannot be that of a file.
    """
    if output is not None and (len(output.parts) != 1 or output.suffix):
        return output
    bare = str(output) if output is not None else name
    if not bare:
        raise ConfigurationError("Expected -o or --name, got none of them; say what the new weights are called.")
    if len(bare) > _NAME_LENGTH or not bare.isprintable() or bare[0] in ". " or set(bare) & set('/\\:*?"<>|'):
        raise ConfigurationError(
            f"Expected a name of at most {_NAME_LENGTH} characters that can be a file's, got {bare[:120]!r}; choose "
            "letters, digits, dots and dashes."
        )
    if bare == _TAKEN:
        raise ConfigurationError(f"Expected a name of their own for the new weights, got {bare!r}; choose another.")
    return user_models_folder() / f"{bare}{_SUFFIX}"


def check_output(path: Path) -> None:
    """Refuse a name that is taken or cannot be written, before anything is computed; make the user's own folder.

    Raises:
        ConfigurationError: the name has another ending.
        OutputError: the file exists, or its folder does not.
    """
    if path.suffix != _SUFFIX:
        raise ConfigurationError(f"Expected a name that ends in {_SUFFIX} for the new weights, got {path}.")
    if path.exists():
        raise OutputError(f"{path} exists and is not overwritten; choose another name.")
    if path.parent == user_models_folder():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{path.parent} cannot be made ({error}); set LFPNET_MODELS to another folder."
            ) from error
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written because the folder {path.parent} does not exist; create it.")
