"""What is answered in private where nothing could be done."""

from bot.domain.errors import DatabaseLost
from bot.slack.features.kit.texts import not_now
from bot.store.sqlite.soundness import DAMAGED


def test_a_lost_database_is_for_an_admin() -> None:
    """Where the database is damaged, nobody is told to try again: an admin is to be told what has to be done."""
    said = not_now(DatabaseLost(DAMAGED))
    assert said == f"That did not work, and nothing was sent. Please tell an admin: {DAMAGED}"
