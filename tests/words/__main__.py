"""`python -m tests.words`: write down all words that the bot can say, and all names that others rely on."""

import sys
from pathlib import Path

from tests.words.names import all_names
from tests.words.places import all_words

FILE = Path(__file__).parent / "words.md"
NAMES = FILE.with_name("names.md")

if __name__ == "__main__":
    FILE.write_text(all_words(), encoding="utf-8")
    NAMES.write_text(all_names(), encoding="utf-8")
    sys.stdout.write(f"Wrote {FILE} and {NAMES}.\n")
