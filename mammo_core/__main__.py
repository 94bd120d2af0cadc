"""`python -m mammo_core VERB`."""

import sys

from mammo_core.cli.main import main

sys.exit(main())
