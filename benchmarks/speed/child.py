"""The process of one measurement: `python child.py TASK THREADS ARGUMENTS`.

Arguments are JSON, and so is the last line of the output.
"""

import json
import sys

import cv2
import torch
from tasks import TASKS


def main() -> None:
    """Measure and print the figures."""
    name, threads, arguments = sys.argv[1:]
    torch.set_num_threads(int(threads))
    cv2.setNumThreads(int(threads))
    print(json.dumps(TASKS[name](**json.loads(arguments))))


if __name__ == "__main__":
    main()
