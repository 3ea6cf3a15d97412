"""Installations: what is stored when an admin installs the app, when Slack renews a token, and when it is removed.

Units of work over all workspaces. Tokens come sealed and stay so. Never touches the workspace of the environment.
"""

from dataclasses import replace

from bot.domain.dedup import DedupScope
from bot.domain.ids import UserId
from bot.domain.timestamps import Micros
from bot.domain.workspaces import Grant, Installation, Sealed, WorkspaceId
from bot.ports.storage import Transaction


def consume_state(tx: Transaction, nonce: str, oldest: Micros) -> bool:
    """Take a state of an installation page, once; those from before `oldest` are not valid any more and forgotten."""
    tx.inbox.forget_seen(DedupScope.INSTALL_STATE, oldest)
    return tx.inbox.first_seen(DedupScope.INSTALL_STATE, nonce)


def is_state_used(tx: Transaction, nonce: str) -> bool:
    """Tell whether a state was taken."""
    return tx.inbox.was_seen(DedupScope.INSTALL_STATE, nonce)


def installation_like(tx: Transaction, granted: Installation) -> Installation | None:
    """Find what is stored about the workspace that a grant is for."""
    return tx.installations.find(granted.team_id, granted.enterprise_id, is_org_wide=granted.is_org_wide)


def installation_of(tx: Transaction, workspace: WorkspaceId) -> Installation | None:
    """Read an installation by our own number."""
    return tx.installations.get(workspace)


def store_installation(tx: Transaction, granted: Installation) -> Installation | None:
    """Store a grant: of a new workspace, or in place of the former one; None for the workspace of the environment.

    A workspace keeps its number, so that its conversations go on in their threads.
    """
    known = installation_like(tx, granted)
    if known is not None and known.is_from_environment:
        return None
    workspace = known.workspace if known else WorkspaceId(0)
    stored = tx.installations.save(replace(granted, workspace=workspace, installed_at=tx.now, removed_at=None))
    tx.installations.note_change(stored.workspace)
    return stored


def remove_installation(
    tx: Transaction, team_id: str, enterprise_id: str, happened_at: Micros, revoked: frozenset[UserId] | None
) -> WorkspaceId | None:
    """Wipe the tokens of a workspace that Slack says to be uninstalled; None where that concerns none of ours.

    Returns the workspace at each such event, so that one that failed half-way can be taken again. `revoked` are the bot
    users whose tokens were revoked, None where the app was uninstalled. What happened before the installation that is
    stored does not concern it. Where tokens are renewed, one of them ends with each renewal, and the installation goes
    on.
    """
    known = tx.installations.find(team_id, enterprise_id, is_org_wide=not team_id)
    if known is None or known.is_from_environment or happened_at < known.installed_at:
        return None
    if known.grant is not None:
        if revoked is not None and (known.bot_user_id not in revoked or known.grant.refresh_token is not None):
            return None
        tx.installations.wipe(known.workspace, tx.now)
        tx.installations.note_change(known.workspace)
    return known.workspace


def rotating_installations(tx: Transaction) -> list[Installation]:
    """List the installations whose tokens end."""
    return [one for one in tx.installations.all() if one.grant and one.grant.refresh_token and one.grant.expires_at]


def store_renewed_grant(tx: Transaction, workspace: WorkspaceId, used: Sealed, grant: Grant) -> bool:
    """Store both new tokens; False where the installation is not the one any more whose refresh token was used."""
    known = tx.installations.get(workspace)
    if known is None or known.grant is None or known.grant.refresh_token != used:
        return False
    tx.installations.save(replace(known, grant=grant))
    return True


def note_ended(tx: Transaction, workspace: WorkspaceId, ended: Grant) -> None:
    """Note that Slack has ended a token before its time: it is due to be renewed."""
    known = tx.installations.get(workspace)
    if known is not None and known.grant == ended:
        tx.installations.save(replace(known, grant=replace(ended, expires_at=tx.now)))
