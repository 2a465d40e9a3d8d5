"""`python -m sidecar.cli` is `lfpnet`."""

import sys

from sidecar.cli.main import main

sys.exit(main())
