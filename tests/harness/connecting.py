"""A workspace that admins connect to Volt in Slack: keys, an address, and the door at which Volt tries it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bridge.connections.records import Known, known_connections
from bot.bridge.unit_of_work import UnitsOfWork
from bot.domain.message import Inbound, Receipt
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, WEBHOOK_PATH, Installation, WorkspaceId
from bot.providers.volt.grants import VoltGrants
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow
from bot.providers.volt.webhook import VoltWebhook
from bot.slack.context import Connected
from bot.store.sealing import FernetSealer, new_key
from bot.store.sql.read_model import SqlReadModel
from bot.store.sql.store import SqlStore
from tests.harness.handlers import Handlers
from tests.harness.kept import Kept
from tests.harness.world import AVA


@dataclass
class Connecting:
    """What a connection is made with, and what came of it."""

    sealer: FernetSealer
    grants: VoltGrants
    base_url: str
    store: SqlStore
    installation: Installation
    reloads: list[int] = field(default_factory=list)

    async def known(self) -> Known:
        """Read what is connected."""
        return await self.store.run(known_connections)


@asynccontextmanager
async def connecting(bot: Handlers) -> AsyncIterator[Connecting]:
    """Put the handlers into a workspace of its own that was installed just now, where nothing is connected."""
    async with aiohttp.ClientSession() as session, _door(bot, session) as (url, window):
        wanted = Installation(WorkspaceId(0), "T0SECOND", name="Second", installed_by=AVA, installed_at=Micros(1))
        installation = await bot.store.run(lambda tx: tx.installations.save(wanted))
        assert installation.workspace != FROM_ENVIRONMENT
        grants = VoltGrants(bot.volt.graphql_url, lambda _: window.open())
        store = bot.store.of(installation.workspace)
        made = Connecting(FernetSealer([new_key()]), grants, url, store, installation)
        context, environment = bot.context, bot.context.connected
        assert environment is not None
        context.units, context.connected = UnitsOfWork(made.store), None
        context.read_model = SqlReadModel(bot._reader, installation.workspace)
        context.grants, context.sealer, context.base_url = made.grants, made.sealer, url

        async def reload() -> None:
            known = await made.known()
            made.reloads.append(len(known.connections))
            context.connected = _connected(known, environment)

        context.reload = reload
        yield made


def _connected(known: Known, environment: Connected) -> Connected | None:
    """Give what handlers use of a connection, as the runtime does."""
    if not known.accounts:
        return None
    main = known.accounts[0]
    return replace(environment, account=main.number, channel=main.channel)


@asynccontextmanager
async def _door(bot: Handlers, session: aiohttp.ClientSession) -> AsyncIterator[tuple[str, RegistrationWindow]]:
    """Open the door of webhooks under whatever secret; it takes nothing in."""

    async def forget(_: str) -> None: ...

    async def nothing() -> str | None:
        return None

    async def record(_: Inbound | Receipt) -> bool:
        raise AssertionError("nothing is taken in here")

    keys = PublicKeys(bot.volt.key_url, session, recall=nothing, remember=forget)
    await keys.start()
    window = RegistrationWindow("", recall=(kept := Kept()).recall, remember=kept.remember)
    webhook = VoltWebhook(keys, record, is_enforced=lambda: True, path_secret=None, registration=window)
    app = web.Application()
    app.router.add_post(f"{WEBHOOK_PATH}/{{secret}}", webhook.handle)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/"), window
    finally:
        await server.close()
        await keys.close()
