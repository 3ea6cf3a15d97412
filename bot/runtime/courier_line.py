"""Line at Carium of the environment: its settings, checked, and its number, which Carium tells once.

Part of the assembly. The number is stored, so that a later start needs no Carium: it goes on for as long as the ids in
the settings stay what they are.
"""

from hashlib import sha256

import structlog

from bot.config import Config, secret
from bot.config_errors import BadConfig
from bot.domain.errors import CallFailed, InvalidNumber
from bot.domain.phone import E164, parse_e164
from bot.ports.provider_grants import FOREIGN_NUMBER, TOKEN_REFUSED
from bot.ports.storage import Store
from bot.providers.courier.credentials import CourierCredentials, settings_faults
from bot.providers.courier.grants import CourierGrants
from bot.providers.courier.profile import HEALTH_WARNING

_SETTING_AT_FAULT = {
    TOKEN_REFUSED: "COURIER_USERNAME",
    FOREIGN_NUMBER: "COURIER_NUMBER_ID",
    "no_texts": "COURIER_NUMBER_ID",
}
"""Setting that a rejection is about; any other is about where Carium is."""

_log = structlog.get_logger(__name__)


def configured_credentials(config: Config) -> CourierCredentials:
    """Return the credentials of the environment's line. Raises BadConfig with a line for each fault."""
    credentials = CourierCredentials(
        config.courier_username or "",
        secret(config.courier_password),
        config.courier_organization_id or "",
        config.courier_account_id or "",
        config.courier_number_id or "",
    )
    if faults := settings_faults(config.courier_root, config.public_url, credentials):
        raise BadConfig(faults)
    return credentials


async def number_of_line(store: Store, url: str, credentials: CourierCredentials) -> E164:
    """Return the number that a line's texts come from. Raises BadConfig where Carium is asked and does not tell it."""
    name = _stored_name(url, credentials)
    known = await store.run(lambda tx: tx.settings.value(name))
    if known is not None:
        try:
            return parse_e164(known)
        except InvalidNumber:
            pass  # somebody has changed the database: Carium knows it
    try:
        line = await CourierGrants(url).line(credentials.text())
    except CallFailed as error:
        setting = _SETTING_AT_FAULT.get(error.code, "COURIER_API_URL")
        raise BadConfig([f"{setting}  {error.user_message}"]) from error
    await store.run(lambda tx: tx.settings.set_value(name, line.number))
    _log.warning("courier.connected", todo=HEALTH_WARNING)
    return line.number


def _stored_name(url: str, credentials: CourierCredentials) -> str:
    """Name what is stored for these ids."""
    ids = (url, credentials.organization_id, credentials.account_id, credentials.number_id)
    return f"courier number {sha256(' '.join(ids).lower().encode()).hexdigest()[:32]}"
