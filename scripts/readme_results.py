"""Fill the README's results from the active model's `metrics.json`: `python -m scripts.readme_results`.

A test fails while the README shows anything else.
"""

from __future__ import annotations

import json
import re
import sys

from mammo_core.config import ROOT
from mammo_core.evaluate.derive import METRICS_NAME
from mammo_core.evaluate.tables import results_table
from mammo_core.network.active import active_folder

README = ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- results -->\n).*?(\n<!-- /results -->)", re.DOTALL)


def with_results(readme: str) -> str:
    """Return the README's text with the block between its two markers written anew.

    Raises:
        ValueError: The markers are missing.
    """
    folder = active_folder()
    table = results_table(json.loads((folder / METRICS_NAME).read_text(encoding="utf-8")))
    block = f"Model `{folder.name}`, out of fold, each figure with its 95 % interval over women:\n\n{table}"
    if not _BLOCK.search(readme):
        raise ValueError("README.md has no <!-- results --> ... <!-- /results --> block to fill")
    return _BLOCK.sub(lambda match: match[1] + block + match[2], readme)


def main() -> int:
    """Rewrite the README's results."""
    README.write_text(with_results(README.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
