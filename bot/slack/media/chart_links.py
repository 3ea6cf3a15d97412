"""Signed links to charts: the token holds the whole chart, so that the endpoint reads nothing and asks nobody.

A token is a Fernet token over compressed JSON: nobody can read, alter or make one. It is good for a day: Slack fetches
a picture when it is first shown, and keeps it. Refuses, without a reason, every other token.
"""

import json
import zlib

from cryptography.fernet import InvalidToken

from bot.derived_keys import derived_fernet
from bot.domain.timestamps import Micros
from bot.slack.render.chart import Chart, Series

PATH = "/chart/"
LINK_VALID_S = 86_400
MOST_CHARS = 2_800
"""Longest token: Slack takes addresses of pictures of up to 3,000 characters."""

_PURPOSE = b"volt-bot: link to a chart, 1"


class ChartSigner:
    """Signer of charts; its keys are derived from secrets, so that links survive a restart."""

    def __init__(self, *secrets: str) -> None:
        self._fernet = derived_fernet(secrets, _PURPOSE)

    def token(self, chart: Chart, now: Micros) -> str:
        """Make the token of a chart of at most MOST_POINTS points."""
        series = [[one.name, [_short(value) for value in one.values]] for one in chart.series]
        written = json.dumps([chart.title, list(chart.labels), series, chart.is_of_times, chart.is_dark])
        return self._fernet.encrypt_at_time(zlib.compress(written.encode(), 9), now // 1_000_000).decode().rstrip("=")

    def read(self, token: str, now: Micros) -> Chart | None:
        """Read a token; None if it is not ours, or has expired."""
        if len(token) > MOST_CHARS or not token.isascii():
            return None
        sealed = token + "=" * (-len(token) % 4)
        try:
            made = self._fernet.extract_timestamp(sealed)
            written = self._fernet.decrypt_at_time(sealed, LINK_VALID_S, max(made, now // 1_000_000))
        except InvalidToken:
            return None
        title, labels, series, is_of_times, is_dark = json.loads(zlib.decompress(written))
        return Chart(title, labels, [Series(name, values) for name, values in series], is_of_times, is_dark)


def _short(value: float | None) -> float | None:
    """Leave out what nobody could see in a picture."""
    return None if value is None else round(value, 1)
