"""`python -m nemowatch`."""

import sys

from nemowatch.cli import main

sys.exit(main())
