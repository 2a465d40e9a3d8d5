"""The benchmark that comes with lfpnet: rendered and drawn foregrounds over free backgrounds, with exact alpha.

`cases.json` beside this file names for every case what it is, where its parts come from and under which licence;
`benchmarks/quality/build_builtin.py` makes the folder. None of it is used in training.
"""

from pathlib import Path


def builtin_folder() -> Path:
    """The folder of the benchmark, in the layout `composed`."""
    return Path(__file__).parent
