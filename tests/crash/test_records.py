"""When a text was offered and accepted, as the wire tells it."""

from bot.sandbox.wire import Hop
from tests.crash.history import OUTBOUND, Said
from tests.crash.records import note
from tests.harness.world import DANA

OURS, THEIRS = "U0BOTOURS", "U0BOTTHEIRS"


def copy(bot_user_id: str, at: float, status: int = 200) -> Hop:
    """Write an event of a shared channel, as it is brought to one of the workspaces; answered after half a second."""
    return Hop(at, "slack→bot", "message", status, {"authorizations": [{"user_id": bot_user_id}]}, None, 500.0)


def test_an_event_of_a_shared_channel() -> None:
    """It is offered by the first copy, whosever that is, and accepted by the first of our own that is answered 200."""
    said = Said(OUTBOUND, DANA, 0)
    for hop in (copy(THEIRS, 10.0), copy(OURS, 20.0, status=503), copy(OURS, 30.0), copy(THEIRS, 40.0)):
        note(said, hop, OURS)
    assert (said.offered_at, said.accepted_at) == (10.0, 30.5)
