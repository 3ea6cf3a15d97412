"""The schema of the one database file, as an append-only list of steps.

A released step is never edited; a new one is added at the end. A step and the note that it ran are committed together
(sqlite-utils' migrations).
"""

import sqlite_utils
from sqlite_utils.migrations import Migrations

from bot.store.sqlite.reply_counts import COUNTED_REPLIES

STEPS = Migrations("volt-bot")


@STEPS()
def first_tables(db: sqlite_utils.Database) -> None:
    """Seen events, conversations and their threads, texts, and everything owed."""
    for statement in _FIRST_TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)


@STEPS()
def what_was_missed(db: sqlite_utils.Database) -> None:
    """Find quickly what was said lately, and the few texts that no webhook brought."""
    db.execute("CREATE INDEX message_created ON message (created_at)")
    db.execute(
        "CREATE INDEX message_found ON message (conversation_id, id)"
        " WHERE direction = 'inbound' AND provider_id IS NOT NULL"
    )


@STEPS()
def arrivals(db: sqlite_utils.Database) -> None:
    """Keep events of the provider from their acknowledgement until they are taken in."""
    db.execute(
        "CREATE TABLE arrival (id INTEGER PRIMARY KEY, body TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0,"
        " due_at INTEGER NOT NULL, at INTEGER NOT NULL)"
    )


@STEPS()
def desk(db: sqlite_utils.Database) -> None:
    """Who looks after a conversation, what a team shares, what waits for a person's word, and a search over texts."""
    for statement in _DESK.split(";;\n"):
        db.execute(statement)


@STEPS()
def asks(db: sqlite_utils.Database) -> None:
    """Keep what waits for a button, and what became of it; know which scheduled texts and waves are over."""
    for statement in _ASKS.split(";\n"):
        db.execute(statement)


@STEPS()
def last_words(db: sqlite_utils.Database) -> None:
    """Know which edit of a text is the newest, and which texts were changed when they could not be taken back."""
    db.execute("ALTER TABLE message ADD COLUMN edited_at INTEGER")
    db.execute("ALTER TABLE message ADD COLUMN changed_late INTEGER NOT NULL DEFAULT 0")


_ASKS = """
CREATE TABLE ask (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, author TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL
) WITHOUT ROWID;
ALTER TABLE scheduled ADD COLUMN message_id INTEGER REFERENCES message(id);
ALTER TABLE scheduled ADD COLUMN is_certain INTEGER NOT NULL DEFAULT 1;
ALTER TABLE wave ADD COLUMN is_certain INTEGER NOT NULL DEFAULT 1;
ALTER TABLE wave ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
ALTER TABLE wave ADD COLUMN card_key TEXT NOT NULL DEFAULT '';
ALTER TABLE wave ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wave ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0
"""


@STEPS()
def read_model(db: sqlite_utils.Database) -> None:
    """Find contacts by words of their names, whatever the accents, and by any three characters or digits in a row."""
    for statement in _BOARD.split(";;\n"):
        db.execute(statement)


_BOARD = """
CREATE VIRTUAL TABLE name_index USING fts5(
    name, content='conversation', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);;
CREATE VIRTUAL TABLE part_index USING fts5(
    name, contact, content='conversation', content_rowid='id', tokenize='trigram'
);;
CREATE TRIGGER contact_added AFTER INSERT ON conversation BEGIN
    INSERT INTO name_index (rowid, name) VALUES (new.id, new.name);
    INSERT INTO part_index (rowid, name, contact) VALUES (new.id, new.name, new.contact);
END;;
CREATE TRIGGER contact_renamed AFTER UPDATE OF name ON conversation WHEN old.name <> new.name BEGIN
    INSERT INTO name_index (name_index, rowid, name) VALUES ('delete', old.id, old.name);
    INSERT INTO name_index (rowid, name) VALUES (new.id, new.name);
    INSERT INTO part_index (part_index, rowid, name, contact) VALUES ('delete', old.id, old.name, old.contact);
    INSERT INTO part_index (rowid, name, contact) VALUES (new.id, new.name, new.contact);
END;;
INSERT INTO name_index (rowid, name) SELECT id, name FROM conversation;;
INSERT INTO part_index (rowid, name, contact) SELECT id, name, contact FROM conversation
"""


@STEPS()
def moves(db: sqlite_utils.Database) -> None:
    """Know which thread a conversation was moved from, and which lines stand in a channel that it has left."""
    for statement in _MOVES.split(";\n"):
        db.execute(statement)


_MOVES = """
ALTER TABLE conversation ADD COLUMN former_channel TEXT;
ALTER TABLE conversation ADD COLUMN former_ts TEXT;
ALTER TABLE shown ADD COLUMN channel TEXT;
CREATE INDEX thread_ts ON thread (ts)
"""


@STEPS()
def queues(db: sqlite_utils.Database) -> None:
    """Know of each lane where it waits, how fresh it is and whether a person waits for it; know at once of a header.

    Lanes follow from what is owed, and are filled again at every start.
    """
    for statement in _QUEUES.split(";\n"):
        db.execute(statement)


_QUEUES = """
DROP TABLE lane;
CREATE TABLE lane (
    name TEXT PRIMARY KEY, pace TEXT NOT NULL, queue TEXT NOT NULL, due_at INTEGER NOT NULL, fresh_at INTEGER NOT NULL,
    is_awaited INTEGER NOT NULL, conversation_id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX lane_due ON lane (queue, due_at);
CREATE INDEX lane_fresh ON lane (queue, fresh_at);
CREATE INDEX lane_awaited ON lane (queue, due_at) WHERE is_awaited = 1;
CREATE INDEX effect_header ON effect (lane) WHERE kind = 'open_thread' AND state IN ('owed', 'sending', 'unknown');
UPDATE effect SET rank = 1 WHERE rank < 1 AND kind NOT IN ('open_thread', 'move')
"""


_DESK = """
ALTER TABLE conversation ADD COLUMN stage TEXT NOT NULL DEFAULT 'waiting';;
ALTER TABLE conversation ADD COLUMN assignee TEXT;;
ALTER TABLE conversation ADD COLUMN mode TEXT;;
ALTER TABLE conversation ADD COLUMN opted_out INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE conversation ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;;
ALTER TABLE conversation ADD COLUMN heard_at INTEGER;;
ALTER TABLE conversation ADD COLUMN answered_at INTEGER;;
CREATE INDEX conversation_desk ON conversation (assignee, stage, heard_at);;
CREATE INDEX conversation_channel ON conversation (channel, id);;
CREATE INDEX conversation_contact ON conversation (contact);;
ALTER TABLE message ADD COLUMN files TEXT NOT NULL DEFAULT '[]';;
ALTER TABLE message ADD COLUMN asks TEXT NOT NULL DEFAULT '[]';;
ALTER TABLE message ADD COLUMN approved_by TEXT;;
ALTER TABLE message ADD COLUMN wakes INTEGER NOT NULL DEFAULT 0;;
CREATE INDEX message_unshown ON message (conversation_id, id) WHERE direction = 'outbound' AND ts IS NULL;;
CREATE INDEX message_draft ON message (conversation_id, id) WHERE status = 'draft';;
CREATE TABLE channel_mode (channel TEXT PRIMARY KEY, mode TEXT NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL)
    WITHOUT ROWID;;
CREATE TABLE route (
    kind TEXT NOT NULL, subject TEXT NOT NULL, channel TEXT NOT NULL, author TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;;
CREATE TABLE template (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, body TEXT NOT NULL, author TEXT NOT NULL,
    at INTEGER NOT NULL
);;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, actor TEXT NOT NULL, action TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversation(id), detail TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL
);;
CREATE INDEX audit_conversation ON audit (conversation_id, id);;
CREATE TABLE picture (
    message_id INTEGER NOT NULL REFERENCES message(id), number INTEGER NOT NULL, type TEXT NOT NULL DEFAULT '',
    data BLOB, failure TEXT NOT NULL DEFAULT '', PRIMARY KEY (message_id, number)
) WITHOUT ROWID;;
CREATE TABLE wave (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT, author TEXT NOT NULL,
    is_draft INTEGER NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;;
CREATE TABLE scheduled (
    id TEXT PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES conversation(id), body TEXT NOT NULL,
    author TEXT NOT NULL, send_at INTEGER NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;;
CREATE INDEX scheduled_conversation ON scheduled (conversation_id, send_at);;
CREATE VIRTUAL TABLE text_index USING fts5(
    body, content='message', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);;
CREATE TRIGGER text_added AFTER INSERT ON message WHEN new.body <> '' BEGIN
    INSERT INTO text_index (rowid, body) VALUES (new.id, new.body);
END;;
CREATE TRIGGER text_changed AFTER UPDATE OF body ON message WHEN old.body <> new.body BEGIN
    INSERT INTO text_index (text_index, rowid, body) SELECT 'delete', old.id, old.body WHERE old.body <> '';
    INSERT INTO text_index (rowid, body) SELECT new.id, new.body WHERE new.body <> '';
END;;
INSERT INTO text_index (rowid, body) SELECT id, body FROM message WHERE body <> '';;
UPDATE conversation SET
    heard_at = (SELECT max(created_at) FROM message WHERE conversation_id = conversation.id AND direction = 'inbound'),
    answered_at = (SELECT max(created_at) FROM message WHERE conversation_id = conversation.id
        AND direction = 'outbound' AND status IN ('sent', 'delivered'));;
UPDATE conversation SET stage = 'open' WHERE heard_at > coalesce(answered_at, 0)
"""


# Times are whole microseconds since 1970 (UTC): they compare exactly, and a Slack ts is one of them.
_FIRST_TABLES = """
CREATE TABLE event (
    source TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, contact TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL, thread_ts TEXT, round INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
    UNIQUE (account, contact)
);
CREATE TABLE thread (
    channel TEXT NOT NULL, ts TEXT NOT NULL, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    PRIMARY KEY (channel, ts)
) WITHOUT ROWID;
CREATE TABLE message (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    direction TEXT NOT NULL, round INTEGER NOT NULL, status TEXT, body TEXT NOT NULL DEFAULT '',
    pieces TEXT NOT NULL DEFAULT '[]', media TEXT NOT NULL DEFAULT '[]', channel TEXT, ts TEXT,
    part INTEGER NOT NULL DEFAULT 1, author TEXT, provider_id TEXT, legacy_id TEXT, failure TEXT,
    again_key TEXT, settled_by TEXT, has_files INTEGER NOT NULL DEFAULT 0, rank INTEGER NOT NULL,
    created_at INTEGER NOT NULL, tried_at INTEGER, settled_at INTEGER
);
CREATE INDEX message_conversation ON message (conversation_id, round, id);
CREATE INDEX message_ts ON message (channel, ts) WHERE ts IS NOT NULL;
CREATE INDEX message_provider ON message (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX message_legacy ON message (legacy_id) WHERE legacy_id IS NOT NULL;
CREATE TABLE shown (
    conversation_id INTEGER NOT NULL, subject TEXT NOT NULL, ts TEXT, status TEXT,
    PRIMARY KEY (conversation_id, subject)
) WITHOUT ROWID;
CREATE TABLE effect (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, kind TEXT NOT NULL, pace TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id), message_id INTEGER REFERENCES message(id),
    subject TEXT NOT NULL DEFAULT '', rank INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'owed',
    attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, tried_at INTEGER, error TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX effect_owed ON effect (lane, rank, id) WHERE state = 'owed';
CREATE INDEX effect_busy ON effect (lane, kind) WHERE state IN ('sending', 'unknown');
CREATE INDEX effect_unknown ON effect (due_at) WHERE state = 'unknown';
CREATE INDEX effect_message ON effect (message_id) WHERE message_id IS NOT NULL;
CREATE TABLE lane (name TEXT PRIMARY KEY, pace TEXT NOT NULL, due_at INTEGER, priority INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX lane_due ON lane (pace, priority, due_at) WHERE due_at IS NOT NULL;
CREATE TABLE pace (
    key TEXT PRIMARY KEY, not_before INTEGER NOT NULL DEFAULT 0, calm_until INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE stray (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE INDEX stray_subject ON stray (kind, subject);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
"""


@STEPS()
def counted_replies(db: sqlite_utils.Database) -> None:
    """Know how far the replies of a round are, and which can be taken back, however many there are."""
    for statement in COUNTED_REPLIES:
        db.execute(statement)


@STEPS()
def calls_made(db: sqlite_utils.Database) -> None:
    """Count how often calls left, so that a database that was put back can be told; note the time of the last."""
    db.execute(
        "CREATE TABLE calls_made (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, at INTEGER NOT NULL)"
    )


@STEPS()
def what_answers(db: sqlite_utils.Database) -> None:
    """Tell from which round on replies answer what the contact wrote last, and which were kept from leaving."""
    db.execute("ALTER TABLE conversation ADD COLUMN answers_from INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE conversation SET answers_from = round")
    db.execute(
        "CREATE INDEX message_held ON message (conversation_id, id)"
        " WHERE failure IS NOT NULL AND status IN ('queued', 'sending') AND direction = 'outbound'"
    )


@STEPS()
def names(db: sqlite_utils.Database) -> None:
    """Know when the provider was asked last for the name of a contact who has none."""
    db.execute("ALTER TABLE conversation ADD COLUMN name_asked_at INTEGER")


@STEPS()
def decisions(db: sqlite_utils.Database) -> None:
    """Find at once the few texts of which nobody knows whether they went out."""
    db.execute("CREATE INDEX message_unknown ON message (id) WHERE status = 'unknown'")


@STEPS()
def contact_lists(db: sqlite_utils.Database) -> None:
    """Know the names of contact lists that were met, because the provider cannot say which there are."""
    db.execute("CREATE TABLE contact_list (name TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID")
    db.execute(
        "INSERT INTO contact_list (name, seen_at) SELECT one.value, max(wave.made_at)"
        " FROM wave, json_each(wave.plan, '$.lists') AS one GROUP BY one.value"
    )
