"""How long trouble is borne in silence, a doubt kept up, and how often it is looked into. Pure."""

from bot.bridge.lookup import Nothing
from bot.domain.effect import Effect, Kind
from bot.domain.moment import Micros

BEFORE_WORDS_S = 10.0
"""How long a text may be kept from leaving before the thread speaks of it, where that needs nobody's help."""

GIVE_UP_S = 600.0
"""After this a person is asked, or (where Slack cannot be read at all) the post is made once more and marked."""

LOOKED_S = 120.0
"""Before a person is asked, this program itself must have looked for so long: it may have started just now."""

ON_S = 1.0
"""How soon a place that was not read to its end is read on."""

ABSENT_IN_SLACK_S = 3.0
"""How long a post must stay absent."""

AT_WORK_S = 15.0
"""How long a request that we lost sight of may still be at work in Slack: as long as we would wait for its answer."""

BLIND_S = 10.0
"""How long Slack's echo of a post is waited for where looking is not allowed."""

ABSENT_AT_PROVIDER_S = 15.0
"""How long a text must stay absent from the provider's record, which may lag behind."""

BARE_AT_PROVIDER_S = 60.0
"""The same where nothing else in the record vouches for it: the first text of a conversation."""

UNANSWERED = frozenset({"timeout", "connection_lost", "interrupted", "http_502", "http_504", "internal"})
"""Why a call is in doubt that had no answer."""


def absence_s(effect: Effect, finding: Nothing) -> float | None:
    """How long this finding must hold before the call may be made once more; None: it proves nothing."""
    if finding is Nothing.BARE:
        return BARE_AT_PROVIDER_S
    if finding is Nothing.ABSENT:
        return ABSENT_AT_PROVIDER_S if effect.kind is Kind.SEND else ABSENT_IN_SLACK_S
    return BLIND_S if finding is Nothing.BLIND else None


def may_be_at_work(effect: Effect) -> bool:
    """Tell whether Slack may still be making this post: where it has answered, however badly, it is not."""
    return effect.kind is not Kind.SEND and effect.error in UNANSWERED


def next_look_s(effect: Effect, finding: Nothing, now: Micros) -> float:
    """Look less often the longer it takes, once a minute in the end."""
    if finding is Nothing.PARTLY:
        return ON_S
    age_s = (now - (effect.tried_at or now)) / 1_000_000
    if may_be_at_work(effect) and age_s < AT_WORK_S:
        return AT_WORK_S - age_s  # nothing is decided before then
    return min(60.0, max(absence_s(effect, finding) or ABSENT_IN_SLACK_S, age_s / 4))
