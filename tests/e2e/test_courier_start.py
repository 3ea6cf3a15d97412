"""Settings of a line at Carium that cannot be used: the bot says in words what is wrong, and does not start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.config_errors import BadConfig
from bot.providers.courier.profile import HEALTH_WARNING
from bot.sandbox import CourierStandIn
from tests.harness.carium import PASSWORD, Carium
from tests.harness.world import ACCOUNT, AVA, CHANNEL, DANA

ANOTHER = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


class Refused(Carium):
    """A bot that has not started yet."""

    async def start(self, **settings: Any) -> None:
        """Start only where a test says so."""
        if settings:
            await super().start(**settings)

    async def faults(self, **settings: Any) -> str:
        """Start with other settings, and return why that was refused."""
        with pytest.raises(BadConfig) as refused:
            await self.start(**settings)
        assert self.app is None
        words = "\n".join(refused.value.faults)
        assert PASSWORD not in words
        return words


@pytest.fixture
async def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Refused]:
    """Give a bot that is to be started with bad settings."""
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    async with Refused(tmp_path) as waiting:
        yield waiting


async def test_no_public_address(refused: Refused) -> None:
    """Without PUBLIC_URL no answer could come, so nothing is started."""
    words = await refused.faults(public_url="")
    assert words == (
        "PUBLIC_URL  missing. Carium brings each answer to an address of this bot, so without one no answer can come. "
        "Write the https address at which this bot is reached."
    )
    assert not refused.courier.wire


async def test_missing_settings(refused: Refused) -> None:
    """Each setting that a line needs is named where it is missing, and nothing of Volt's is asked for."""
    words = await refused.faults(courier_number_id="", courier_password="")
    why = "missing, and COURIER_API_URL is set: a line at Carium needs its address, a login and three ids."
    assert words.splitlines() == [
        f"COURIER_PASSWORD   {why} The password of that Carium user.",
        f"COURIER_NUMBER_ID  {why} The id of the number at Carium that texts are sent from.",
    ]


async def test_what_is_no_id(refused: Refused) -> None:
    """What cannot be an id of Carium's is named before anything is asked."""
    words = await refused.faults(courier_account_id="12345")
    assert words.startswith("COURIER_ACCOUNT_ID  is no id of Carium's")
    assert not refused.courier.wire


async def test_a_wrong_password(refused: Refused) -> None:
    """A login that Carium refuses stops the start, with what Carium said."""
    words = await refused.faults(courier_password="another one")
    assert words.startswith("COURIER_USERNAME  Carium does not accept the bot's login.")
    assert "another one" not in words


async def test_a_second_factor(refused: Refused) -> None:
    """A user whose login wants a second factor is told from a wrong password."""
    refused.courier.rules.wants_second_factor = True
    assert "Carium wants a second factor for the bot's user" in await refused.faults(undo_seconds=0)


async def test_another_organization(refused: Refused) -> None:
    """An organization or an account that is not the login's is named."""
    words = await refused.faults(courier_organization_id=ANOTHER)
    assert words.startswith("COURIER_NUMBER_ID  Carium says that the account or the number belongs to another")
    here = refused.courier.organization_id
    words = await refused.faults(courier_organization_id=here, courier_account_id=ANOTHER)
    assert "This organization has no such account." in words


async def test_a_number_that_is_not_theirs(refused: Refused) -> None:
    """A number that is not the account's is named."""
    assert "This account has no such number." in await refused.faults(courier_number_id=ANOTHER)


async def test_nobody_is_there(refused: Refused) -> None:
    """Where Carium does not answer at the very first start, that is said; later it may be away."""
    refused.courier.rules.login_down = True
    assert (await refused.faults(undo_seconds=0)).startswith("COURIER_API_URL  Carium")
    refused.courier.rules.login_down = False
    await refused.start(undo_seconds=0)
    await refused.stop()
    refused.courier.rules.login_down = True
    await refused.start(undo_seconds=0)
    refused.courier.rules.login_down = False
    await refused.open_thread(DANA, "Hello")


async def test_whose_data_it_is(refused: Refused) -> None:
    """Once a line is connected the log says that patients' texts are copied into Slack; later starts do not."""
    for _ in range(2):
        await refused.start(undo_seconds=0)
        await refused.stop()
    assert refused.log.count(HEALTH_WARNING) == 1


async def test_another_line(refused: Refused) -> None:
    """Where the ids are changed the bot asks for the number anew, and what was before stays with the old one."""
    await refused.start(undo_seconds=0)
    await refused.open_thread(DANA, "at the first")
    await refused.stop()
    async with CourierStandIn("+15555550177") as second:
        second.receipts = "manual"
        first, refused.courier = refused.courier, second
        await refused.start(undo_seconds=0)
        await refused.slack.command(AVA, CHANNEL, "/volt", f"send from Carium {DANA} From the second")
        await refused.gets("From the second")
        await refused.hear(DANA, "at the second")
        assert refused.texts(DANA) == ["at the second"]
        assert len(refused.headers(DANA)) == 2
        refused.courier = first
        await refused.stop()
    assert first.number == ACCOUNT
