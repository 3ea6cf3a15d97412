"""`python -m tests.words`: write down all words that the bot can say."""

import sys
from pathlib import Path

from tests.words.places import all_words

FILE = Path(__file__).parent / "words.md"

if __name__ == "__main__":
    FILE.write_text(all_words(), encoding="utf-8")
    sys.stdout.write(f"Wrote {FILE}.\n")
