"""Shared parts: what all workspaces of one bot share. Part of the assembly; makes none of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.clock import Clock
from bot.config import Config
from bot.domain.workspaces import WorkspaceId
from bot.observability.telemetry import Telemetry
from bot.ports.media import PictureFitter
from bot.ports.sealer import Sealer
from bot.ports.storage import Storage
from bot.providers.courier.callbacks.address import CallbackSigner
from bot.providers.media_fetcher import MediaFetcher
from bot.providers.volt.public_keys import PublicKeys
from bot.providers.volt.verification import Verification
from bot.slack.media.chart_links import ChartSigner
from bot.slack.media.file_links import FileSigner
from bot.slack.media.signed_links import LinkSigner


@dataclass(frozen=True)
class SharedParts:
    """Parts of the bot that all workspaces share. `session` makes the calls that one person waits for.

    `own_files` reads the files that texts go out with, `fitter` makes pictures fit, `callbacks` signs the addresses of
    single texts, and is None where nobody reaches the bot. `open_window` lets the provider try a webhook address;
    `reload` runs a workspace as it is stored now; `renew` gives the token in place of one that has ended.
    """

    config: Config
    clock: Clock
    telemetry: Telemetry
    storage: Storage
    session: aiohttp.ClientSession
    keys: PublicKeys
    verification: Verification
    fetcher: MediaFetcher
    own_files: MediaFetcher
    signer: LinkSigner
    file_signer: FileSigner
    chart_signer: ChartSigner
    fitter: PictureFitter
    callbacks: CallbackSigner | None
    sealer: Sealer | None
    open_window: Callable[[str], Awaitable[None]]
    reload: Callable[[WorkspaceId], Awaitable[None]]
    renew: Callable[[WorkspaceId, str], Awaitable[str | None]]
