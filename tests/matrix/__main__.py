"""Print who may do what as a table in Markdown: `python -m tests.matrix`."""

import sys

from tests.matrix.table import markdown

sys.stdout.write(markdown() + "\n")
