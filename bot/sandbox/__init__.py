"""Stand-ins that speak the real wire of Slack, Volt, Glific and courier on loopback ports, for the tests and the demo.

They import nothing else of the bot, keep everything in memory, and never print or log.
"""

from bot.sandbox.courier.stand_in import CourierStandIn
from bot.sandbox.glific.stand_in import GlificStandIn
from bot.sandbox.slack.stand_in import SlackStandIn
from bot.sandbox.volt.stand_in import VoltStandIn

__all__ = ["CourierStandIn", "GlificStandIn", "SlackStandIn", "VoltStandIn"]
