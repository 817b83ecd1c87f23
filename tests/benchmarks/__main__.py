"""``python -m tests.benchmarks``: see there."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
