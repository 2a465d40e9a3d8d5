"""A configuration as TOML, which `lfpnet train --config` reads back."""

import json
from typing import Any

from lfpnet.training.config import TrainingConfig

_HEADER = "# What decides a run of `lfpnet train`; read it with --config FILE. docs/training.md explains every option."


def toml_text(config: TrainingConfig) -> str:
    """Plain options first, then `[network]` and `[chances]`, then a `[[phases]]` table for each phase."""
    values = config.to_dict()
    network, chances, phases = (values.pop(name) for name in ("network", "chances", "phases"))
    tables = [(None, values), ("[network]", network), ("[chances]", chances)]
    tables += [("[[phases]]", phase) for phase in phases]
    return "\n\n".join([_HEADER, *(_table(title, table) for title, table in tables)]) + "\n"


def _table(title: str | None, values: dict[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in values.items()]
    return "\n".join([title, *lines] if title else lines)


def _value(value: Any) -> str:
    """One TOML value; JSON writes strings, numbers and booleans alike, but for one character."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
