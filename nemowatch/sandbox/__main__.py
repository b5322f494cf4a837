"""`python -m nemowatch.sandbox`."""

import sys

from nemowatch.sandbox.server import main

sys.exit(main())
