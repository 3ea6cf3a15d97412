"""Rules of the stand-in for courier: its faults, its limits, and the shape in which its callbacks come."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox.http import Faults


@dataclass
class CourierRules(Faults):
    """Faults of the stand-in for courier; those it inherits apply to API calls. Counts run down; -1 means always."""

    only: tuple[str, ...] = ()  # operations that the counted and timed faults are for; none named: all
    statuses: list[tuple[int, str]] = field(default_factory=list)  # one (status, body) for each call
    acts_first: bool = False  # what is answered with such a status was done all the same
    late_s: float = 0.0  # acts at once, answers later
    throttle: int = 0  # answers 429 with Retry-After
    retry_after_s: int = 1

    login_down: bool = False  # the login answers 503 with an HTML page
    drop_logins: int = 0  # a login acts, then the connection is cut
    wants_second_factor: bool = False  # a login without `totp-code` is refused
    no_single_text: bool = False  # `GET /v1/texts/{id}/`, which is inferred only, does not exist
    hides_callbacks: bool = False  # answers do not give the addresses of callbacks back

    shape: str = "json"  # of callbacks: json, form, twilio, json_api or get
    repeat_callbacks: int = 0  # extra copies of each callback
    lose_callbacks: int = 0  # callbacks that are never made
    callback_tries: int = 3
    callback_pause_s: float = 0.05
    callback_limit_s: float = 5.0

    page_most: int = 1000  # rows in one answer, whatever was asked for
    newest_first: bool = False  # the order of lists is not documented
    sent_after_s: float = 0.02
    delivered_after_s: float = 0.05
