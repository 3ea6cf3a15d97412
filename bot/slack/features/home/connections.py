"""Connections for App Home: what is connected, which steps are left, and what the provider says of it now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.bridge.connections.first_run import FirstSteps, first_steps
from bot.bridge.connections.health import ConnectionHealth, health_of, stored_health
from bot.bridge.connections.logins import login_health
from bot.bridge.connections.records import Known, is_configured, known_connections
from bot.domain.workspaces import Connection, ConnectionId
from bot.ports.provider_grants import LoginGrants
from bot.slack.context import Context
from bot.slack.features.home.connection_blocks import MAX_CONNECTIONS, ConnectionsShown

HEALTH_S = 2.0
"""How long a Home waits for the provider: then it shows what is stored."""


async def connections_shown(context: Context, *, is_manager: bool, has_texted: bool) -> ConnectionsShown:
    """Read what a Home shows of the connections; the provider is asked for admins only."""
    known = await context.units.run(known_connections)
    is_configured_here = any(map(is_configured, known.connections))
    return ConnectionsShown(
        known,
        await _health(context, known) if is_manager else {},
        _steps(context, known, has_texted=has_texted),
        is_manager,
        may_connect=context.sealer is not None and not is_configured_here,
        connectable=context.connectable,
        by_login=tuple(one.profile for one in context.logins),
        profiles=context.limits.profiles,
    )


def _steps(context: Context, known: Known, *, has_texted: bool) -> FirstSteps | None:
    """Tell which steps are left; None where the environment has connected the workspace, or all are done."""
    is_by_environment = any(map(is_configured, known.connections)) or (not known.connections and context.connected)
    steps = replace(first_steps(known), has_texted=has_texted)
    return None if is_by_environment or steps.are_done else steps


async def _health(context: Context, known: Known) -> Mapping[ConnectionId, ConnectionHealth]:
    shown = known.connections[:MAX_CONNECTIONS]
    found = await asyncio.gather(*(_health_of(context, connection) for connection in shown))
    return dict(zip((connection.id for connection in shown), found, strict=True))


async def _health_of(context: Context, connection: Connection) -> ConnectionHealth:
    grants, logins = context.grants, context.login_at(connection.provider)
    if logins is not None and context.sealer is not None:
        return await _in_time(login_health(connection, context.sealer, _alive(context, connection, logins)))
    if grants is None or context.sealer is None or connection.provider != grants.profile.code:
        return stored_health(connection)
    return await _in_time(health_of(connection, grants, context.sealer, context.base_url))


def _alive(context: Context, connection: Connection, logins: LoginGrants) -> Callable[[str], Awaitable[None]]:
    """Ask by the session that runs, where there is one: every other way logs in anew."""
    running = context.connected.providers.all() if context.connected is not None else ()
    ours = [provider for provider in running if provider.profile.code == connection.provider]
    if len(ours) != 1:
        return logins.alive

    async def probe(_grant: str) -> None:
        await ours[0].probe()

    return probe


async def _in_time(asking: Awaitable[ConnectionHealth]) -> ConnectionHealth:
    try:
        async with asyncio.timeout(HEALTH_S):
            return await asking
    except TimeoutError:
        return ConnectionHealth.NOT_KNOWN
