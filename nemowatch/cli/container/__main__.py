"""`nemowatch WORDS` in a container."""

import sys

from nemowatch.cli.container.entry import enter
from nemowatch.cli.exits import guarded

if __name__ == "__main__":
    sys.exit(guarded(lambda: enter(sys.argv[1:])))
