"""Runtimes of all workspaces: started with the bot, and one by one when a workspace comes, changes or goes.

Part of the assembly. What goes wrong in one workspace stops no other.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from bot.bridge.recovery.suspended import suspend
from bot.bridge.unit_of_work import UnitsOfWork
from bot.config import secret
from bot.domain.errors import StoreUnavailable
from bot.domain.timestamps import Micros
from bot.domain.workspaces import FROM_ENVIRONMENT, Installation, WorkspaceId
from bot.loops import PeriodicTask
from bot.observability.health import Watched
from bot.providers.courier.callbacks.address import CallbackTarget
from bot.providers.courier.callbacks.endpoint import Take
from bot.providers.glific.flows.webhook import FlowWebhook
from bot.providers.volt.webhook import VoltWebhook
from bot.runtime.shared_parts import SharedParts
from bot.runtime.workspace import WorkspaceRuntime
from bot.slack.api.downloads import Downloads
from bot.slack.events.message_events import channel_of
from bot.slack.features.connect.welcome import welcome
from bot.slack.ingress.bolt_app import RequestOrigin
from bot.slack.ingress.workspace_ingress import WorkspaceIngress

RELOAD_AGAIN_S = 15.0
"""Pause between attempts to run a workspace as it is stored, where that failed."""

STORE_AGAIN_S = 1.0
"""The same where the database took nothing, as while it is promoted or restarted."""

LEARN_EVERY_S = 1.0
"""Interval at which a bot asks what others on its database have changed."""

_log = structlog.get_logger(__name__)


class Runtimes:
    """Runtimes by workspace; run from start() to close()."""

    def __init__(self, shared: Callable[["Runtimes"], SharedParts]) -> None:
        self._shared = shared(self)
        self._running: dict[WorkspaceId, WorkspaceRuntime] = {}
        self._turns: dict[WorkspaceId, asyncio.Lock] = {}
        self._reloading: set[asyncio.Task[None]] = set()
        self._outdated: set[WorkspaceId] = set()
        self._refused_by_store: set[WorkspaceId] = set()
        self._changes: dict[WorkspaceId, str] = {}
        self._rights: frozenset[tuple[WorkspaceId, str, Micros]] = frozenset()
        self._learning = asyncio.Lock()
        self._looks = 0
        self._others = PeriodicTask("learn", self._learn, self._shared.telemetry.on_bug, after_bug_s=LEARN_EVERY_S)
        self._again = PeriodicTask(
            "reload again",
            self._reload_outdated,
            self._shared.telemetry.on_bug,
            after_bug_s=RELOAD_AGAIN_S,
            first_in_s=RELOAD_AGAIN_S,
        )

    async def start(self) -> None:
        """Start every workspace that has a token; in the others nothing leaves."""
        self._changes = await self._shared.storage.store.run(lambda tx: tx.installations.changes())
        if self._shared.config.has_environment_workspace:
            stored = await self._shared.storage.store.run(lambda tx: tx.installations.get(FROM_ENVIRONMENT))
            ours = stored or Installation(FROM_ENVIRONMENT, "")
            await self._begin(ours, secret(self._shared.config.slack_bot_token))
        for installation in await self._shared.storage.store.run(lambda tx: tx.installations.all()):
            if not installation.is_from_environment:
                await self.reload(installation.workspace)
        self._again.start()
        if self._shared.storage.is_shared:
            self._others.start()

    async def close(self) -> None:
        """Let calls under way end, in all workspaces at once."""
        await self._others.finish()
        await self._again.finish()
        await asyncio.gather(*self._reloading)
        await asyncio.gather(*(runtime.close() for runtime in self._running.values()))
        self._running.clear()

    async def reload(self, workspace: WorkspaceId) -> None:
        """Run a workspace as it is stored now: start it, connect it anew, or stop it; where that fails, later again."""
        async with self._turns.setdefault(workspace, asyncio.Lock()):
            self._outdated.add(workspace)
            try:
                installation, changes = await self._shared.storage.store.run(
                    lambda tx: (tx.installations.get(workspace), tx.installations.changes())
                )
                self._changes[workspace] = changes.get(workspace, "")
                await self._reload(workspace, installation)
            except StoreUnavailable as error:
                self._wait_for_store(workspace, error)
            except Exception as error:  # noqa: BLE001 - the other workspaces go on
                self._refused_by_store.discard(workspace)
                _log.error("workspace.not_started", workspace=workspace, exc_info=error)
            else:
                self._refused_by_store.discard(workspace)
                self._outdated.discard(workspace)

    def _wait_for_store(self, workspace: WorkspaceId, error: StoreUnavailable) -> None:
        """Try a workspace again as soon as the database may be back; said once, and no fault of the workspace."""
        if workspace not in self._refused_by_store:
            self._refused_by_store.add(workspace)
            _log.warning("workspace.not_started", workspace=workspace, reason=str(error))
            self._again.wake()

    async def learn(self) -> None:
        """Run what other bots have changed as it is stored now. Raises StoreUnavailable.

        Strangers can make us ask. So the store is asked once at a time, for all who asked before that began.
        """
        begun = self._looks
        async with self._learning:
            if not self._shared.storage.is_shared or self._looks > begun:
                return
            self._looks += 1
            changes, rights = await self._shared.storage.store.run(
                lambda tx: (tx.installations.changes(), tx.installations.rights_changed())
            )
            self._forget_rights(rights)
            changed = [workspace for workspace, word in changes.items() if self._changes.get(workspace, "") != word]
            await asyncio.gather(*map(self.reload, changed))

    def _forget_rights(self, changed: frozenset[tuple[WorkspaceId, str, Micros]]) -> None:
        """Ask Slack anew about people and user groups of whom another bot was told."""
        for workspace, whose, _ in changed - self._rights:
            if workspace in self._running:
                self._running[workspace].ingress.forget_rights(whose)
        self._rights = changed

    async def _learn(self) -> float:
        await self.learn()
        return LEARN_EVERY_S

    async def _reload_outdated(self) -> float:
        for workspace in sorted(self._outdated):
            await self.reload(workspace)
        return STORE_AGAIN_S if self._refused_by_store else RELOAD_AGAIN_S

    def is_outdated(self) -> bool:
        """Whether a workspace does not run as it is stored, so that what comes for it is not known to be nobody's."""
        return bool(self._outdated)

    async def reload_soon(self, workspace: WorkspaceId) -> None:
        """Run a workspace as it is stored now, without waiting for its calls under way: Slack wants an answer."""
        task = asyncio.create_task(self.reload(workspace), name="reload")
        self._reloading.add(task)
        task.add_done_callback(self._reloading.discard)

    async def _reload(self, workspace: WorkspaceId, installation: Installation | None) -> None:
        running = self._running.get(workspace)
        if running is not None and workspace == FROM_ENVIRONMENT:
            await running.reconnect()
            return
        grant = installation.grant if installation is not None else None
        token = self._shared.sealer.open(grant.token) if grant is not None and self._shared.sealer else None
        if running is not None and installation is not None and token is not None:
            running.renew(installation, token)
            await running.reconnect()
            return
        await self._stop(workspace)
        if installation is not None and token is not None:
            await self._begin(installation, token)
        else:
            await self._shared.storage.store_of(workspace).run(suspend)

    async def _begin(self, installation: Installation, token: str) -> None:
        runtime = WorkspaceRuntime(self._shared, installation, token)
        try:
            await runtime.start()
        except BaseException:
            await runtime.close()
            raise
        self._running[installation.workspace] = runtime

    async def _stop(self, workspace: WorkspaceId) -> None:
        runtime = self._running.pop(workspace, None)
        if runtime is not None:
            await runtime.close()

    async def greet(self, workspace: WorkspaceId) -> None:
        """Run a workspace that was just installed, and tell whoever has installed it what is left to do."""
        await self.reload(workspace)
        runtime = self._running.get(workspace)
        if runtime is not None:
            await welcome(runtime.context, runtime.installation)

    async def use_token(self, workspace: WorkspaceId, token: str) -> None:
        """Make all calls of a workspace with another token from now on."""
        runtime = self._running.get(workspace)
        if runtime is not None:
            runtime.use_token(token)

    # --- whose a request is

    def ingress_of(self, origin: RequestOrigin) -> WorkspaceIngress | None:
        """Find the ingress of the workspace that a request is for. Raises StoreUnavailable."""
        runtimes = [runtime for runtime in self._running.values() if not runtime.is_refused]
        by_bot = (runtime for runtime in runtimes if runtime.ingress.is_bot(origin.bot_id))
        by_team = (runtime for runtime in runtimes if runtime.is_of(origin))
        found = next(by_bot, None) or next(by_team, None) or self._of_unknown_team()
        return found.ingress if found is not None else None

    async def others_at(self, ingress: WorkspaceIngress, body: Mapping[str, Any]) -> Sequence[WorkspaceIngress]:
        """Find who else has threads in the channel of an event. Raises StoreUnavailable."""
        channel = channel_of(body)
        running = [one for one in self._running.values() if one.ingress is not ingress and not one.is_refused]
        if channel is None or not running or not self._may_be_shared(ingress, body):
            return ()
        there = await self._shared.storage.store.run(lambda tx: tx.installations.with_threads_in(channel))
        return [one.ingress for one in running if one.workspace in there]

    def _may_be_shared(self, ingress: WorkspaceIngress, body: Mapping[str, Any]) -> bool:
        """Whether a channel may be one of several workspaces: of companies, as Slack says, or of one organisation."""
        owner = next((one for one in self._running.values() if one.ingress is ingress), None)
        return bool(body.get("is_ext_shared_channel")) or (owner is not None and bool(owner.installation.enterprise_id))

    def _of_unknown_team(self) -> WorkspaceRuntime | None:
        """Give the workspace of the environment where there can be no other.

        Raises StoreUnavailable while Slack has not told which one it is: then nobody can say whose a request is.
        """
        runtime = self._running.get(FROM_ENVIRONMENT)
        if runtime is None or runtime.is_refused:
            return None
        if not self._shared.config.is_installable:
            return runtime
        if not runtime.installation.team_id:
            raise StoreUnavailable("Slack has not told yet which workspace SLACK_BOT_TOKEN is for")
        return None

    def volt_webhooks(self) -> Iterator[VoltWebhook]:
        """Yield the webhook endpoints that are open now."""
        for runtime in self._running.values():
            yield from runtime.webhooks

    def flow_webhook(self) -> FlowWebhook | None:
        """Give the endpoint of flows that is open now: the environment has one line at most that has them."""
        return next((runtime.flows for runtime in self._running.values() if runtime.flows is not None), None)

    def callbacks_of(self, target: CallbackTarget) -> Take | None:
        """Give what takes the callbacks of a line; None where that is not connected."""
        runtime = self._running.get(target.workspace)
        return runtime.callbacks.get(target.number) if runtime is not None and not runtime.is_refused else None

    async def learn_or_wait(self) -> None:
        """Learn what other bots have changed. Raises StoreUnavailable while a workspace runs not as it is stored."""
        await self.learn()
        if self.is_outdated():
            raise StoreUnavailable("a workspace does not run as it is stored")

    async def open_window(self, url: str) -> None:
        """Let the provider try a webhook address of ours, as it does while that is registered."""
        for webhook in self.volt_webhooks():
            if webhook.is_at(url.rpartition("/")[2]):
                await webhook.registration.open()

    def units_of(self, workspace: WorkspaceId) -> UnitsOfWork | None:
        """Give the units of work of a workspace; None where it does not run."""
        runtime = self._running.get(workspace)
        return runtime.context.units if runtime is not None else None

    def downloads_of(self, workspace: WorkspaceId) -> Downloads | None:
        """Give the downloads of a workspace; None where it does not run."""
        runtime = self._running.get(workspace)
        return runtime.downloads if runtime is not None else None

    # --- for all of them

    def watched(self) -> Sequence[Watched]:
        """List what /readyz has to look at."""
        return [runtime.watched() for runtime in self._running.values()]

    def forget_moments(self) -> None:
        """Forget moments that were noted before the clock was set."""
        for runtime in self._running.values():
            if runtime.connected is not None:
                runtime.connected.background.forget()

    @property
    def calls_under_way(self) -> int:
        """How many calls are in flight."""
        connected = (runtime.connected for runtime in self._running.values())
        return sum(one.background.dispatcher.under_way for one in connected if one is not None)
