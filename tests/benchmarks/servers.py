"""The programs under load, one per process: `python -m tests.benchmarks.servers KIND OPTIONS`.

`bot` is the real App. Beside it stand the peers it is measured against: the least program that does the same on the
wire and on the disk, the same door with nothing behind it, Bolt alone, and HTTP clients that only post. Each says on
standard output that it is ready, then answers what it is asked.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from graphql import print_ast
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import App
from bot.domain.ids import MessageKey
from bot.domain.message import Inbound, Receipt
from bot.domain.phone import E164
from bot.domain.provider_messages import OutgoingText
from bot.lifecycle import spare_collector
from bot.providers.volt.client import VoltClient
from bot.providers.volt.graphql import OPERATIONS
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.registration_window import RegistrationWindow
from bot.providers.volt.webhook import VoltWebhook, VoltWebhookRoutes
from tests.benchmarks.limit import Limit
from tests.benchmarks.real_bot import line_up, release, serve_bot
from tests.benchmarks.requests import SIGNING_SECRET, SLACK_PATH, contact
from tests.benchmarks.sink import POST
from tests.harness.world import ACCOUNT

Answerer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def attend(answer: Answerer, *, port: int = 0) -> None:
    """Say that we are ready, then answer each line of standard input, until it ends."""
    _say({"port": port})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _say(await answer(json.loads(line)))


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _nothing(_asked: dict[str, Any]) -> dict[str, Any]:
    return {}


async def _bot(options: dict[str, Any]) -> None:
    async with serve_bot(**options) as app:
        spare_collector()
        await attend(partial(_of_bot, app), port=app.port)


async def _of_bot(app: App, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["do"] == "line up":
        await line_up(app, asked["texts"])
    else:
        await release(app)
    return {}


async def _limit(options: dict[str, Any]) -> None:
    """The least program that does the same on the wire and on the disk."""
    backlog = options.pop("backlog", 0)
    limit, web_app = Limit(Path.cwd() / "limit.db", **options), web.Application()
    limit.add_routes(web_app)
    await limit.start(backlog)
    await _serve(web_app)
    await limit.close()


# --- doors with nothing behind them


async def _door(options: dict[str, Any]) -> None:
    """The webhook door of the bot: verifies, parses, answers 200, keeps nothing."""
    async with aiohttp.ClientSession() as session:
        keys = PublicKeys(options["webhook_key"], session, recall=_recall_nothing, remember=_keep_nothing)
        await keys.start()
        door = VoltWebhook(
            keys,
            _keep_no_event,
            is_enforced=lambda: True,
            path_secret=None,
            registration=RegistrationWindow("", recall=_recall_nothing, remember=_keep_nothing),
        )
        web_app = web.Application()
        VoltWebhookRoutes(lambda: [door]).add_routes(web_app)
        await _serve(web_app)


async def _recall_nothing() -> str | None:
    return None


async def _keep_nothing(_text: str) -> None: ...


async def _keep_no_event(_event: Inbound | Receipt) -> bool:
    return True


async def _bolt(_options: dict[str, Any]) -> None:
    """Bolt as its guide shows it, with a listener that does nothing."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_id="B0BOT", bot_token="xoxb-x")

    bolt = AsyncApp(signing_secret=SIGNING_SECRET, authorize=authorize, process_before_response=True)

    @bolt.event("message")
    async def _message() -> None: ...

    async def handle(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    web_app = web.Application()
    web_app.router.add_post(SLACK_PATH, handle)
    await _serve(web_app)


async def _serve(web_app: web.Application) -> None:
    runner = web.AppRunner(web_app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await attend(_nothing, port=runner.addresses[0][1])
    await runner.cleanup()


# --- clients that only call


async def _post(options: dict[str, Any]) -> None:
    """A bare aiohttp session that posts one JSON as often as it is asked, and beside it Slack's own client."""
    connector, body = aiohttp.TCPConnector(limit=0), options["body"]
    async with aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer x"}) as session:
        slack = AsyncWebClient(token="x", base_url=options["url"], session=session, retry_handlers=[])

        async def post(_number: int) -> None:
            async with session.post(f"{options['url']}{POST}", json=body) as answer:
                await answer.json()

        async def slack_sdk(_number: int) -> None:
            await slack.chat_postMessage(**body)

        await attend(lambda asked: _all(post if asked["do"] == "post" else slack_sdk, **asked))


async def _gql(options: dict[str, Any]) -> None:
    """The client for Volt, and beside it gql alone, and a bare session that posts the same document."""
    volt = VoltClient(options["url"], "token")
    await volt.start()
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as session:
        document = print_ast(OPERATIONS["CreateMessage"])
        transport = AIOHTTPTransport(url=options["url"], headers={"Authorization": "Bearer token"})
        alone: Any = Client(transport=transport).connect_async(reconnecting=False)  # type: ignore[no-untyped-call]
        gql = await alone

        async def send(number: int) -> None:
            key = MessageKey(f"{number:032x}")
            await volt.send(OutgoingText(key, E164(ACCOUNT), E164(contact(number)), "Your order has left."))

        async def by_gql(number: int) -> None:
            await gql.execute(GraphQLRequest(OPERATIONS["CreateMessage"], variable_values=_variables(number)))

        async def post(number: int) -> None:
            body = {"query": document, "variables": _variables(number), "operationName": "CreateMessage"}
            async with session.post(options["url"], json=body) as answer:
                await answer.json()

        ways = {"send": send, "gql": by_gql, "post": post}
        await attend(lambda asked: _all(ways[asked["do"]], **asked))
        await transport.close()
    await volt.close()


def _variables(number: int) -> dict[str, str]:
    return {"to": contact(number), "from": ACCOUNT, "body": "Your order has left.", "passthrough": f"{number:032x}"}


async def _all(one: Callable[[int], Awaitable[None]], *, number: int, at_once: int, do: str = "") -> dict[str, Any]:
    """Do one thing so many times, so many at once; returns the seconds it took."""
    numbers = itertools.count()

    async def work() -> None:
        while (mine := next(numbers)) < number:
            await one(mine)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
    return {"done": do, "seconds": time.perf_counter() - begun}


KINDS = {"bot": _bot, "limit": _limit, "door": _door, "bolt": _bolt, "post": _post, "gql": _gql}

if __name__ == "__main__":
    asyncio.run(KINDS[sys.argv[1]](json.loads(sys.argv[2])))
