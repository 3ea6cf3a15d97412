"""A step of the schema: how many replies of a round are how far, kept by triggers as texts come and change.

A reply is one message in Slack and may be several texts; the line of receipts counts replies. Counting them anew for
each line would cost more with every reply of a round. They are triggers because no statement may forget it.
"""

_COUNTED = "direction = 'outbound' AND status <> 'cancelled' AND again_key IS NULL"

_WORST_FIRST = ("failed", "unknown", "draft", "queued", "sending", "sent", "delivered")
"""Of the parts of one reply the first of these speaks for all, as in bot.domain.delivery."""

_STATUSES = ", ".join(_WORST_FIRST)


def _count(of_each: str, sign: str = "+") -> str:
    """Add a row of numbers to the count of its round, or take it off."""
    return f"""INSERT INTO reply_count (conversation_id, round, {_STATUSES}) {of_each}
    ON CONFLICT (conversation_id, round) DO UPDATE SET
        {", ".join(f"{status} = {status} {sign} excluded.{status}" for status in _WORST_FIRST)};"""


# --- a text that is a reply by itself: nearly each


def _counts_as(row: str, status: str) -> str:
    return f"({row}.status IS '{status}' AND {row}.again_key IS NULL)"


_NEW = f"VALUES (new.conversation_id, new.round, {', '.join(_counts_as('new', one) for one in _WORST_FIRST)})"
_CHANGED = f"""VALUES (new.conversation_id, new.round,
        {", ".join(f"{_counts_as('new', one)} - {_counts_as('old', one)}" for one in _WORST_FIRST)})"""

# --- a text that shares its place in Slack with others: its reply is taken off as it was, and counted as it is then


def _replied_at(row: str) -> str:
    """Find the counted texts at a row's place in Slack. The plus signs keep indexes over whole rounds out of it."""
    return f"""channel = {row}.channel AND ts = {row}.ts
        AND +conversation_id = {row}.conversation_id AND +round = {row}.round AND {_COUNTED}"""


def _with_itself(row: str) -> str:
    return f"(({_replied_at(row)}) OR (id = {row}.id AND {_COUNTED}))"


def _reply_of(parts: str) -> str:
    """Say as what the reply counts that these parts make; nothing where there are none."""
    return f"""SELECT conversation_id, round, {", ".join(f"status = '{status}'" for status in _WORST_FIRST)}
    FROM message WHERE {parts} ORDER BY instr('{" ".join(_WORST_FIRST)}', status) LIMIT 1"""  # noqa: S608 - constants only


_OURS = "new.direction = 'outbound'"
_MOVES = "(old.round, old.channel, old.ts) IS NOT (new.round, new.channel, new.ts)"
_CHANGES = f"(old.status IS NOT new.status OR old.again_key IS NOT new.again_key OR {_MOVES})"
_SHARES = f"EXISTS (SELECT 1 FROM message WHERE {_replied_at('new')} AND id <> new.id)"  # noqa: S608 - constants only
_UPDATE = f"UPDATE OF status, channel, ts, again_key, round ON message WHEN {_OURS} AND {_CHANGES}"

COUNTED_REPLIES = (
    f"""CREATE TABLE reply_count (
    conversation_id INTEGER NOT NULL, round INTEGER NOT NULL,
    {", ".join(f"{status} INTEGER NOT NULL DEFAULT 0" for status in _WORST_FIRST)},
    PRIMARY KEY (conversation_id, round)
) WITHOUT ROWID""",
    f"""CREATE INDEX message_settled ON message (conversation_id, round, settled_at)
    WHERE settled_at IS NOT NULL AND {_COUNTED}""",
    "CREATE INDEX message_queued ON message (conversation_id, round, id) WHERE status = 'queued'",
    f"CREATE TRIGGER reply_added AFTER INSERT ON message WHEN {_OURS} AND NOT {_SHARES} BEGIN {_count(_NEW)} END",
    f"""CREATE TRIGGER reply_growing BEFORE INSERT ON message WHEN {_OURS} BEGIN
    {_count(_reply_of(_replied_at("new")), "-")} END""",
    f"""CREATE TRIGGER reply_grown AFTER INSERT ON message WHEN {_OURS} AND {_SHARES} BEGIN
    {_count(_reply_of(_with_itself("new")))} END""",
    f"CREATE TRIGGER reply_moved_on AFTER {_UPDATE} AND NOT ({_MOVES} OR {_SHARES}) BEGIN {_count(_CHANGED)} END",
    f"""CREATE TRIGGER reply_changing BEFORE {_UPDATE} AND ({_MOVES} OR {_SHARES}) BEGIN
    {_count(_reply_of(_with_itself("old")), "-")}
    {_count(_reply_of(f"{_replied_at('new')} AND {_MOVES}"), "-")} END""",
    f"""CREATE TRIGGER reply_changed AFTER {_UPDATE} AND ({_MOVES} OR {_SHARES}) BEGIN
    {_count(_reply_of(_with_itself("new")))}
    {_count(_reply_of(f"{_replied_at('old')} AND {_MOVES}"))} END""",
    f"""INSERT INTO reply_count (conversation_id, round, {_STATUSES})
    SELECT conversation_id, round, {", ".join(f"sum(worst = {place})" for place in range(len(_WORST_FIRST)))}
    FROM (SELECT conversation_id, round, min(CASE status
            {" ".join(f"WHEN '{status}' THEN {place}" for place, status in enumerate(_WORST_FIRST))} END) AS worst
        FROM message WHERE {_COUNTED} GROUP BY conversation_id, round, channel, coalesce(ts, key))
    GROUP BY conversation_id, round""",  # noqa: S608 - constants only
)
