"""The people, numbers and moments of the examples: always the same."""

from datetime import UTC, datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import ChannelId, ConversationId, MessageKey, MessageTs
from bot.domain.phone import E164
from bot.domain.timestamps import to_micros
from bot.slack.features.kit.contact_ref import ContactRef
from tests.harness.connected import renderer
from tests.harness.world import ACCOUNT, DANA
from tests.harness.world import CHANNEL as SUPPORT

AMAZON = E164("AMAZON")
SALES = ChannelId("C0SALES")
AT = datetime(2026, 11, 21, 10, 32, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
MOMENT = to_micros(AT)
KEY = MessageKey("0" * 32)
LINK = "https://sandbox.slack.com/archives/C0SUPPORT/p1000001"
WHO = ContactRef(ACCOUNT, DANA)
VIEWS = renderer()
VIEWS.team_url = "https://sandbox.slack.com"
TALK = Conversation(ConversationId(1), ACCOUNT, DANA, "Dana Whitfield", SUPPORT, MessageTs("1.000001"), 0)

Example = tuple[str, list[str]]
"""What it is an example of, and what is read there."""
