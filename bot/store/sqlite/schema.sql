-- The schema of the database file, version 0.2. Applied once, by the first step in migrations.py; later changes are
-- steps of their own there.
--
-- Times are whole microseconds since 1970 (UTC): they compare exactly, and a Slack ts is one of them. A name that
-- begins with is_, has_ or may_ holds 0 or 1. AUTOINCREMENT stands where buttons in Slack name an id: they are still
-- there when the row is not, and may never mean another one.

-- === Workspaces, and what they have connected. Every row below that names a channel, a person or a thread bears the
-- workspace it belongs to: two workspaces can share a channel, and its id. Tokens are sealed by ENCRYPTION_KEYS.

CREATE TABLE workspace (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- 1 is that of the environment
    team_id TEXT NOT NULL, -- '' for an organisation-wide grant
    enterprise_id TEXT NOT NULL DEFAULT '',
    is_org_wide INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    app_id TEXT NOT NULL DEFAULT '',
    bot_id TEXT NOT NULL DEFAULT '',
    bot_user_id TEXT NOT NULL DEFAULT '',
    token TEXT, -- sealed; NULL: uninstalled, or held by the environment
    refresh_token TEXT, -- sealed
    token_expires_at INTEGER,
    scopes TEXT NOT NULL DEFAULT '',
    installed_by TEXT NOT NULL DEFAULT '',
    installed_at INTEGER NOT NULL DEFAULT 0,
    removed_at INTEGER
);
CREATE UNIQUE INDEX workspace_team ON workspace (team_id) WHERE is_org_wide = 0 AND team_id <> '';
CREATE UNIQUE INDEX workspace_organisation ON workspace (enterprise_id) WHERE is_org_wide = 1;
INSERT INTO workspace (id, team_id) VALUES (1, '');

CREATE TABLE connection (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace(id),
    provider TEXT NOT NULL, -- volt
    token TEXT, -- sealed; NULL: held by the environment, or wiped
    path_secret TEXT NOT NULL DEFAULT '', -- the last segment of the path of its webhooks
    webhook_id TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    made_at INTEGER NOT NULL
);
CREATE INDEX connection_workspace ON connection (workspace);
CREATE UNIQUE INDEX connection_path ON connection (path_secret) WHERE path_secret <> '';

CREATE TABLE account (
    workspace INTEGER NOT NULL REFERENCES workspace(id),
    number TEXT NOT NULL,
    connection_id INTEGER NOT NULL REFERENCES connection(id),
    channel TEXT NOT NULL, -- where its new conversations open
    label TEXT NOT NULL DEFAULT '',
    is_main INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, number)
) WITHOUT ROWID;

-- === Conversations: one account number with one contact, and the threads that show it

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    account TEXT NOT NULL,
    contact TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    channel TEXT NOT NULL,
    thread_ts TEXT,
    turn INTEGER NOT NULL DEFAULT 0, -- replies of one turn share a line of receipts
    answers_from INTEGER NOT NULL DEFAULT 0, -- the first turn whose replies answer what the contact wrote last
    stage TEXT NOT NULL DEFAULT 'waiting',
    assignee TEXT,
    mode TEXT, -- NULL: that of its channel
    is_opted_out INTEGER NOT NULL DEFAULT 0,
    is_blocked INTEGER NOT NULL DEFAULT 0,
    last_inbound_at INTEGER,
    last_outbound_at INTEGER,
    former_channel TEXT, -- the thread before this one, where the conversation was moved
    former_ts TEXT,
    name_asked_at INTEGER,
    flood_at INTEGER, -- when the contact began to write a lot
    gathered_until INTEGER, -- until then their texts are shown together
    muted_by TEXT, -- who wants their texts not to be shown; NULL: they are
    muted_after INTEGER NOT NULL DEFAULT 0, -- the id of the last text of theirs from before that
    unshown INTEGER NOT NULL DEFAULT 0, -- how many there were since
    free_text_until INTEGER, -- until when the provider takes free text; past: it does not; NULL: no such time is known
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, account, contact)
);
CREATE INDEX conversation_assignee ON conversation (workspace, assignee, stage, last_inbound_at);
CREATE INDEX conversation_channel ON conversation (workspace, channel, id);
CREATE INDEX conversation_contact ON conversation (workspace, contact);

-- Every thread that shows a conversation, or once did.
CREATE TABLE thread (
    workspace INTEGER NOT NULL,
    channel TEXT NOT NULL,
    ts TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    PRIMARY KEY (workspace, channel, ts)
) WITHOUT ROWID;
CREATE INDEX thread_ts ON thread (workspace, ts);

-- Contacts are found by words of their names, whatever the accents, and by any three characters or digits in a row.
CREATE VIRTUAL TABLE name_index USING fts5(
    name, content='conversation', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
CREATE VIRTUAL TABLE part_index USING fts5(
    name, contact, content='conversation', content_rowid='id', tokenize='trigram'
);
CREATE TRIGGER contact_added AFTER INSERT ON conversation BEGIN
    INSERT INTO name_index (rowid, name) VALUES (new.id, new.name);
    INSERT INTO part_index (rowid, name, contact) VALUES (new.id, new.name, new.contact);
END;
CREATE TRIGGER contact_renamed AFTER UPDATE OF name, contact ON conversation
WHEN (old.name, old.contact) <> (new.name, new.contact) BEGIN
    INSERT INTO name_index (name_index, rowid, name) VALUES ('delete', old.id, old.name);
    INSERT INTO name_index (rowid, name) VALUES (new.id, new.name);
    INSERT INTO part_index (part_index, rowid, name, contact) VALUES ('delete', old.id, old.name, old.contact);
    INSERT INTO part_index (rowid, name, contact) VALUES (new.id, new.name, new.contact);
END;

-- === Messages: texts in both directions

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    key TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    direction TEXT NOT NULL, -- inbound, outbound
    turn INTEGER NOT NULL, -- that of the conversation when the text was taken in
    sort_key INTEGER NOT NULL, -- the order within the conversation: the time of the carrier, or of Slack
    status TEXT, -- a delivery status; NULL for an inbound text
    body TEXT NOT NULL DEFAULT '',
    pieces TEXT NOT NULL DEFAULT '[]', -- JSON: the words of a reply before names are filled in
    media TEXT NOT NULL DEFAULT '[]', -- JSON: addresses of attachments
    files TEXT NOT NULL DEFAULT '[]', -- JSON: files in Slack that came with a reply
    has_files INTEGER NOT NULL DEFAULT 0,
    channel TEXT, -- with ts: the message in Slack that shows this text
    ts TEXT,
    part INTEGER NOT NULL DEFAULT 1,
    author TEXT,
    broadcast INTEGER NOT NULL DEFAULT 0, -- 1: the first text after a long silence
    provider_id TEXT,
    legacy_id TEXT,
    failure TEXT, -- JSON: code, words, whether trying again may help, whether the contact opted out
    approval_reasons TEXT NOT NULL DEFAULT '[]', -- JSON: why it waits for a person
    approved_by TEXT,
    decided_by TEXT,
    replaced_by TEXT, -- the key of the text that was sent in place of this one
    changed_late INTEGER NOT NULL DEFAULT 0, -- 1: its author changed it when it could not be taken back
    template TEXT, -- JSON: the approved template that this text is, with what is filled into its blanks
    edited_at INTEGER,
    created_at INTEGER NOT NULL,
    last_attempt_at INTEGER,
    status_at INTEGER,
    UNIQUE (workspace, key)
);
CREATE INDEX message_conversation ON message (conversation_id, turn, id);
CREATE INDEX message_created ON message (workspace, created_at, conversation_id);
CREATE INDEX message_author ON message (workspace, author, conversation_id) WHERE author IS NOT NULL;
CREATE INDEX message_ts ON message (channel, ts) WHERE ts IS NOT NULL;
CREATE INDEX message_provider ON message (workspace, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX message_legacy ON message (workspace, legacy_id) WHERE legacy_id IS NOT NULL;
CREATE INDEX message_found ON message (conversation_id, id) WHERE direction = 'inbound' AND provider_id IS NOT NULL;
CREATE INDEX message_inbound ON message (conversation_id, id) WHERE direction = 'inbound';
CREATE INDEX message_unshown ON message (conversation_id, id) WHERE direction = 'outbound' AND ts IS NULL;
CREATE INDEX message_held ON message (conversation_id, id)
    WHERE failure IS NOT NULL AND status IN ('queued', 'sending') AND direction = 'outbound';
CREATE INDEX message_draft ON message (workspace, conversation_id, id) WHERE status = 'draft';
CREATE INDEX message_unknown ON message (workspace, id) WHERE status = 'unknown';
CREATE INDEX message_queued ON message (conversation_id, turn, id) WHERE status = 'queued';
CREATE INDEX message_status_at ON message (conversation_id, turn, status_at)
    WHERE status_at IS NOT NULL AND direction = 'outbound' AND status <> 'cancelled' AND replaced_by IS NULL;

CREATE VIRTUAL TABLE text_index USING fts5(
    body, content='message', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER text_added AFTER INSERT ON message WHEN new.body <> '' BEGIN
    INSERT INTO text_index (rowid, body) VALUES (new.id, new.body);
END;
CREATE TRIGGER text_changed AFTER UPDATE OF body ON message WHEN old.body <> new.body BEGIN
    INSERT INTO text_index (text_index, rowid, body) SELECT 'delete', old.id, old.body WHERE old.body <> '';
    INSERT INTO text_index (rowid, body) SELECT new.id, new.body WHERE new.body <> '';
END;

-- Texts that people let leave, or had scheduled, in the last hour, a row for each minute that had any: how many each may
-- send in it is limited.
CREATE TABLE departure (
    workspace INTEGER NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL, -- the end of the minute
    texts INTEGER NOT NULL,
    PRIMARY KEY (workspace, author, at)
) WITHOUT ROWID;

-- Pictures and files from phones, between fetching and showing.
CREATE TABLE attachment (
    message_id INTEGER NOT NULL REFERENCES message(id),
    number INTEGER NOT NULL,
    type TEXT NOT NULL DEFAULT '',
    data BLOB,
    failure TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

CREATE INDEX attachment_waiting ON attachment (message_id) WHERE data IS NOT NULL;

-- Texts of contacts that are reactions on other texts.
CREATE TABLE tapback (
    message_id INTEGER NOT NULL PRIMARY KEY REFERENCES message(id),
    quoted_id INTEGER NOT NULL REFERENCES message(id),
    emoji TEXT NOT NULL,
    is_removed INTEGER NOT NULL
);

CREATE INDEX tapback_quoted ON tapback (quoted_id);

-- Pictures of texts that go out, as they were made to fit; kept until the provider has fetched them.
CREATE TABLE picture (
    message_id INTEGER NOT NULL REFERENCES message(id),
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

-- Files of texts that go out which a link in the text leads to; their bytes stay in Slack.
CREATE TABLE shared_file (
    message_id INTEGER NOT NULL REFERENCES message(id),
    number INTEGER NOT NULL,
    slack_id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    url TEXT NOT NULL,
    until INTEGER, -- NULL before the text has left
    ended_by TEXT, -- who stopped sharing it
    PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

-- What a thread shows about a subject: our post (for a line), the status (for a reaction).
CREATE TABLE shown_line (
    conversation_id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    ts TEXT,
    status TEXT,
    channel TEXT, -- where the post stands, if the conversation has left that channel
    PRIMARY KEY (conversation_id, subject)
) WITHOUT ROWID;

-- === Inbox

-- Events that were seen before, for deduplication.
CREATE TABLE seen_event (
    workspace INTEGER NOT NULL,
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, scope, id)
) WITHOUT ROWID;

-- Webhook events of the provider, from their acknowledgement until they are processed.
CREATE TABLE inbox_event (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    body TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX inbox_event_workspace ON inbox_event (workspace);

-- Parked events: they came before the message they refer to.
CREATE TABLE parked_event (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX parked_event_subject ON parked_event (workspace, kind, subject);

-- === Outbox: calls to make, the lanes that keep them in order, the rate limits that they keep

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    key TEXT NOT NULL,
    lane TEXT NOT NULL, -- the ordering key: a conversation in one direction
    kind TEXT NOT NULL,
    limit_key TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    message_id INTEGER REFERENCES message(id),
    subject TEXT NOT NULL DEFAULT '',
    sort_key INTEGER NOT NULL, -- with id: the order within the lane
    state TEXT NOT NULL DEFAULT 'pending', -- pending, in_flight, unknown, dead; what is done is deleted
    attempts INTEGER NOT NULL DEFAULT 0,
    is_unmergeable INTEGER NOT NULL DEFAULT 0, -- 1: refused together with others, so it goes by itself
    may_be_duplicate INTEGER NOT NULL DEFAULT 0, -- 1: the call may have been made before
    error TEXT,
    due_at INTEGER NOT NULL,
    last_attempt_at INTEGER,
    absent_since INTEGER, -- of unknown outcome: from when on every look found that it is not there
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, key)
);
CREATE INDEX outbox_pending ON outbox (workspace, lane, sort_key, id) WHERE state = 'pending';
CREATE INDEX outbox_busy ON outbox (workspace, lane, kind) WHERE state IN ('in_flight', 'unknown');
CREATE INDEX outbox_unknown ON outbox (workspace, due_at) WHERE state = 'unknown';
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_header ON outbox (workspace, lane)
    WHERE kind = 'open_thread' AND state IN ('pending', 'in_flight', 'unknown');

-- Lanes with something to do: where each waits, how fresh it is, whether a person waits for it. They follow from the
-- outbox and are filled again at every start.
CREATE TABLE lane (
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    limit_key TEXT NOT NULL,
    queue TEXT NOT NULL, -- its limit key, or that of a channel that is held
    due_at INTEGER NOT NULL,
    fresh_at INTEGER NOT NULL,
    is_awaited INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
CREATE INDEX lane_due ON lane (workspace, queue, due_at);
CREATE INDEX lane_fresh ON lane (workspace, queue, fresh_at);
CREATE INDEX lane_awaited ON lane (workspace, queue, due_at) WHERE is_awaited = 1;

CREATE TABLE rate_limit (
    workspace INTEGER NOT NULL,
    key TEXT NOT NULL,
    not_before INTEGER NOT NULL DEFAULT 0,
    calm_until INTEGER NOT NULL DEFAULT 0, -- no bursts until then
    tokens REAL, -- calls that might leave at once at that moment; NULL: as many as ever
    tokens_at INTEGER,
    PRIMARY KEY (workspace, key)
) WITHOUT ROWID;

-- How often calls left, so that a database that was put back can be told; and when the last did.
CREATE TABLE calls_made (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, at INTEGER NOT NULL);

-- === Settings of a team

CREATE TABLE channel_mode (
    workspace INTEGER NOT NULL,
    channel TEXT NOT NULL,
    mode TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, channel)
) WITHOUT ROWID;

-- In which channel a new conversation shows: by the number it came to, or by how its first text begins.
CREATE TABLE route (
    workspace INTEGER NOT NULL,
    kind TEXT NOT NULL, -- number, keyword
    subject TEXT NOT NULL,
    channel TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, subject)
) WITHOUT ROWID;

CREATE TABLE template (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (workspace, name)
);

-- Single values by name; workspace 0: what concerns the whole database.
CREATE TABLE value (
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

-- Names of contact lists that were met, because the provider cannot say which there are.
CREATE TABLE contact_list (
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

-- === Tags on conversations, the rules that put them, and searches that people keep

-- The tags of a team: those that its members have used, as they are offered.
CREATE TABLE tag (
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

CREATE TABLE conversation_tag (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    name TEXT NOT NULL,
    author TEXT NOT NULL, -- '' for a rule
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, name)
) WITHOUT ROWID;
CREATE INDEX conversation_tag_name ON conversation_tag (workspace, name, conversation_id);

CREATE TABLE tag_rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL, -- keyword, number, hours
    subject TEXT NOT NULL, -- of hours: JSON
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (workspace, name, kind, subject)
);

CREATE TABLE saved_search (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    owner TEXT NOT NULL, -- '': the whole team's
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (workspace, owner, name)
);

-- === Audit trail: who did what

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    number INTEGER NOT NULL, -- its place in the chain of its workspace
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversation(id),
    result_of INTEGER, -- the place of the line whose outcome this one adds
    detail TEXT NOT NULL DEFAULT '',
    salt TEXT NOT NULL, -- '': the detail is erased
    digest TEXT NOT NULL, -- of salt and detail
    hash TEXT NOT NULL, -- of this line, with the digest in place of the detail, and the hash of the line before
    at INTEGER NOT NULL,
    UNIQUE (workspace, number)
);
CREATE INDEX audit_conversation ON audit (conversation_id, id);
CREATE INDEX audit_result ON audit (workspace, result_of) WHERE result_of IS NOT NULL;

-- Where the chain of a workspace begins (after the last line that was erased for its age) and ends.
CREATE TABLE audit_chain (
    workspace INTEGER PRIMARY KEY,
    after INTEGER NOT NULL DEFAULT 0,
    after_hash TEXT NOT NULL DEFAULT '',
    last INTEGER NOT NULL,
    last_hash TEXT NOT NULL
);

-- === Confirmations, scheduled texts, waves

-- Buttons that take effect once, and what became of them.
CREATE TABLE confirmation (
    workspace INTEGER NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    author TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON of the kind's own shape
    tries INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

-- Texts that the provider sends later; is_certain is 0 while nobody knows whether it took the text.
CREATE TABLE scheduled (
    workspace INTEGER NOT NULL,
    id TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    send_at INTEGER NOT NULL,
    is_certain INTEGER NOT NULL DEFAULT 1,
    message_id INTEGER REFERENCES message(id), -- the text that it became
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;
CREATE INDEX scheduled_conversation ON scheduled (conversation_id, send_at);

-- One text to many, and the card in Slack that shows how far it is.
CREATE TABLE wave (
    workspace INTEGER NOT NULL,
    id TEXT NOT NULL, -- the provider's, or ours until it is known
    name TEXT NOT NULL,
    plan TEXT NOT NULL, -- JSON
    author TEXT NOT NULL,
    channel TEXT NOT NULL, -- with ts: the card
    ts TEXT,
    card_key TEXT NOT NULL,
    is_draft INTEGER NOT NULL,
    is_certain INTEGER NOT NULL,
    is_over INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL, -- when it is sent
    made_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

-- === Alarms: moments at which something is to be done, once: the handler runs in the transaction that removes the row.

CREATE TABLE alarm (
    workspace INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    conversation_id INTEGER REFERENCES conversation(id),
    due_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL, -- when it is tried: later than it was due where its handler failed
    PRIMARY KEY (workspace, kind, subject)
) WITHOUT ROWID;
CREATE INDEX alarm_next ON alarm (workspace, next_at);
CREATE INDEX alarm_conversation ON alarm (conversation_id) WHERE conversation_id IS NOT NULL;

-- === Imports: contacts from a file. What was done with each row is known, so that none is done twice.

CREATE TABLE import_job (
    workspace INTEGER NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT NOT NULL, -- JSON: the file, its columns, the list
    author TEXT NOT NULL,
    account TEXT NOT NULL,
    channel TEXT NOT NULL, -- with ts: the card
    ts TEXT,
    is_posting INTEGER NOT NULL, -- the card may be there already
    is_reporting INTEGER NOT NULL, -- the file of refused rows may be there already
    note TEXT NOT NULL, -- why it failed
    body TEXT NOT NULL, -- what its people are texted, with placeholders
    texter TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) WITHOUT ROWID;

CREATE TABLE import_row (
    workspace INTEGER NOT NULL,
    job TEXT NOT NULL,
    line INTEGER NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    fields TEXT NOT NULL, -- JSON: cells by the keys of their columns
    state TEXT NOT NULL,
    fault TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (workspace, job, line)
) WITHOUT ROWID;
CREATE INDEX import_row_number ON import_row (workspace, job, number);
CREATE INDEX import_row_state ON import_row (workspace, job, state, line);

-- === Figures: counts by hour, without numbers of contacts; and since when each conversation is under way

CREATE TABLE figure (
    workspace INTEGER NOT NULL,
    hour INTEGER NOT NULL, -- since 1970, UTC
    figure TEXT NOT NULL, -- in, out, missed, answer, resolution
    account TEXT NOT NULL,
    person TEXT NOT NULL, -- '' for nobody in Slack
    bucket INTEGER NOT NULL, -- of the time that it took; 0 where it took none
    seat INTEGER NOT NULL, -- of the bot that counted
    count INTEGER NOT NULL,
    PRIMARY KEY (workspace, figure, hour, account, person, bucket, seat)
) WITHOUT ROWID;

CREATE TABLE open_case (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversation(id),
    workspace INTEGER NOT NULL,
    begun_at INTEGER NOT NULL, -- the contact's first text since it was closed
    is_answered INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- === Weekly summaries: the post of each week that had one, so that there is one

CREATE TABLE weekly_post (
    workspace INTEGER NOT NULL,
    day TEXT NOT NULL, -- on which it is due
    channel TEXT NOT NULL, -- with ts: where it stands
    zone TEXT NOT NULL, -- whose days its week has
    due_at INTEGER NOT NULL,
    tried_at INTEGER, -- when it was last sent to Slack; NULL: never
    ts TEXT, -- NULL: it is not known to stand there
    failure TEXT NOT NULL DEFAULT '', -- Slack's code for why it does not
    PRIMARY KEY (workspace, day)
) WITHOUT ROWID;

-- === Waiting and hours: who waits since when, the goals for that, what was put off, and when the office is open.
-- Spans of hours are JSON: day of the week, first and last minute.

-- The contacts who wait for an answer: those of the open conversations that nobody has muted.
CREATE TABLE waiting (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    since INTEGER NOT NULL, -- their first text that nobody has answered
    assignee TEXT, -- that of the conversation: a worklist reads here in order
    told_at INTEGER, -- when the assignee was told that the goal is about to be missed
    missed_at INTEGER, -- when the goal was missed
    notice_channel TEXT, -- with notice_at: the notice that says so
    notice_at INTEGER,
    snoozed_until INTEGER,
    snoozed_by TEXT,
    woken_at INTEGER, -- when the last snooze was over
    PRIMARY KEY (conversation_id)
) WITHOUT ROWID;
CREATE INDEX waiting_order ON waiting (workspace, assignee, snoozed_until, since);
CREATE INDEX waiting_notice ON waiting (workspace, notice_channel, notice_at) WHERE notice_at IS NOT NULL;

-- Within what time people should have an answer: in a channel, or from a number of ours.
CREATE TABLE goal (
    workspace INTEGER NOT NULL,
    kind TEXT NOT NULL, -- channel, account
    subject TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    spans TEXT, -- NULL: the office hours of the number, or else always
    zone TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, kind, subject)
) WITHOUT ROWID;

-- Goals that were missed, for the figures.
CREATE TABLE goal_missed (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    since INTEGER NOT NULL,
    account TEXT NOT NULL,
    channel TEXT NOT NULL,
    assignee TEXT,
    minutes INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, since)
) WITHOUT ROWID;
CREATE INDEX goal_missed_at ON goal_missed (workspace, at);

-- The newest notice of a channel about missed goals; the outbox of that conversation posts it.
CREATE TABLE goal_notice (
    workspace INTEGER NOT NULL,
    channel TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, channel)
) WITHOUT ROWID;
CREATE INDEX goal_notice_conversation ON goal_notice (conversation_id);

-- Who wants to know if a contact has not answered by then.
CREATE TABLE follow_up (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    until INTEGER NOT NULL,
    author TEXT NOT NULL,
    told_at INTEGER,
    PRIMARY KEY (conversation_id)
) WITHOUT ROWID;

-- When the office behind a number of ours is open, and what who writes else is answered.
CREATE TABLE office_hours (
    workspace INTEGER NOT NULL,
    account TEXT NOT NULL,
    spans TEXT NOT NULL,
    zone TEXT NOT NULL,
    region TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, account)
) WITHOUT ROWID;
CREATE TABLE closed_answer (
    workspace INTEGER NOT NULL,
    account TEXT NOT NULL,
    begins TEXT NOT NULL, -- what the contact's number begins with; '' for all
    body TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, account, begins)
) WITHOUT ROWID;

-- Automatic answers that were made: one for each contact and closed period.
CREATE TABLE automatic_answer (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    closed_since INTEGER NOT NULL,
    message_id INTEGER NOT NULL, -- the text, which may be erased before this row
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, closed_since)
) WITHOUT ROWID;
CREATE INDEX automatic_answer_message ON automatic_answer (message_id);

-- === Steps of workflows: executions that Slack has told of. Inputs and outcome are forgotten once they are not needed.

CREATE TABLE step_execution (
    workspace INTEGER NOT NULL,
    execution_id TEXT NOT NULL,
    callback TEXT NOT NULL,
    inputs TEXT NOT NULL, -- JSON; '' once they were acted on
    state TEXT NOT NULL DEFAULT 'new', -- new, acting, waiting, done, settled
    conversation_id INTEGER REFERENCES conversation(id),
    message_key TEXT NOT NULL DEFAULT '',
    answer_until INTEGER, -- NULL: nobody waits for an answer
    outcome TEXT NOT NULL DEFAULT '', -- JSON, or erased
    attempts INTEGER NOT NULL DEFAULT 0, -- since its state changed
    acted_at INTEGER,
    due_at INTEGER NOT NULL,
    at INTEGER NOT NULL, -- when Slack told of it
    PRIMARY KEY (workspace, execution_id)
) WITHOUT ROWID;
CREATE INDEX step_execution_due ON step_execution (workspace, due_at) WHERE state IN ('new', 'acting', 'done');
CREATE INDEX step_execution_conversation ON step_execution (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX step_execution_settled ON step_execution (workspace, at) WHERE state = 'settled';

CREATE TABLE workflow_text ( -- texts that a workflow sent in the name of their author
    message_id INTEGER PRIMARY KEY REFERENCES message(id),
    workspace INTEGER NOT NULL,
    step_key TEXT NOT NULL -- of the text of the step, whose part or repeat this may be
);

-- === Channels of their own: each shows one conversation, and what people write there is a reply

CREATE TABLE own_channel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    name TEXT NOT NULL, -- what Slack is asked to call it
    asked_by TEXT NOT NULL,
    channel TEXT, -- NULL: Slack has not said yet that it made it
    at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL DEFAULT 0, -- when it was last archived or unarchived, as Slack says
    is_left INTEGER NOT NULL DEFAULT 0, -- its conversation left it only because it was archived
    UNIQUE (workspace, name),
    UNIQUE (workspace, channel)
);
CREATE INDEX own_channel_conversation ON own_channel (conversation_id);

-- === A team's day: who is on duty, who is writing, and what was said when a conversation was handed over

CREATE TABLE colleague (
    workspace INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    may_act INTEGER NOT NULL, -- whether they may text, as Slack said last
    is_in_group INTEGER NOT NULL, -- of the team's user group, as Slack said last
    marked INTEGER, -- what they said themselves: 1 on duty, 0 off duty; NULL: nothing
    away_until INTEGER, -- the moment when they are back
    turn INTEGER NOT NULL, -- a count of the conversations given to the team, at the last one given to them
    PRIMARY KEY (workspace, user_id)
) WITHOUT ROWID;

CREATE TABLE hand_over_note (
    audit_id INTEGER PRIMARY KEY, -- the line of the audit trail that says who gave it to whom
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    note TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX hand_over_note_conversation ON hand_over_note (conversation_id);

-- The forms that people have open to write to a contact, for as long as that is likely.
CREATE TABLE open_form (
    workspace INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation(id),
    user_id TEXT NOT NULL,
    view_id TEXT NOT NULL, -- Slack's; empty until Slack has opened it
    since INTEGER NOT NULL,
    until INTEGER NOT NULL, -- when it counts no more, unless Slack says before that it was closed
    PRIMARY KEY (conversation_id, user_id)
) WITHOUT ROWID;
CREATE INDEX open_form_until ON open_form (workspace, until);

-- === Reply counts: how many replies of a turn are how far, kept by triggers because no statement may forget it
--
-- A reply is one message in Slack and may be several texts; the line of receipts counts replies. Counting them anew
-- for each line would cost more with every reply of a turn.

CREATE TABLE reply_count (
    conversation_id INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    draft INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    sending INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, turn)
) WITHOUT ROWID;

-- The texts that count. Of the parts of one reply the most severe speaks for all, as in bot.domain.delivery.
CREATE VIEW reply_part AS
SELECT id, conversation_id, turn, channel, ts,
    status = 'failed' AS failed, status = 'unknown' AS unknown, status = 'draft' AS draft, status = 'queued' AS queued,
    status = 'sending' AS sending, status = 'sent' AS sent, status = 'delivered' AS delivered,
    status = 'read' AS read,
    instr('failed unknown draft queued sending sent delivered read', status) AS severity
FROM message WHERE direction = 'outbound' AND status <> 'cancelled' AND replaced_by IS NULL;

-- The plus signs keep SQLite from reading a whole turn: the message in Slack has an index of its own.

-- A text that is a reply by itself: nearly each.

CREATE TRIGGER reply_added AFTER INSERT ON message
WHEN new.direction = 'outbound' AND NOT EXISTS (
    SELECT 1 FROM reply_part WHERE channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn AND id <> new.id)
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    VALUES (new.conversation_id, new.turn,
        (new.status IS 'failed' AND new.replaced_by IS NULL),
        (new.status IS 'unknown' AND new.replaced_by IS NULL),
        (new.status IS 'draft' AND new.replaced_by IS NULL),
        (new.status IS 'queued' AND new.replaced_by IS NULL),
        (new.status IS 'sending' AND new.replaced_by IS NULL),
        (new.status IS 'sent' AND new.replaced_by IS NULL),
        (new.status IS 'delivered' AND new.replaced_by IS NULL),
        (new.status IS 'read' AND new.replaced_by IS NULL))
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed + excluded.failed, unknown = unknown + excluded.unknown, draft = draft + excluded.draft,
        queued = queued + excluded.queued, sending = sending + excluded.sending, sent = sent + excluded.sent,
        delivered = delivered + excluded.delivered, read = read + excluded.read;
END;

CREATE TRIGGER reply_moved_on AFTER UPDATE OF status, channel, ts, replaced_by, turn ON message
WHEN new.direction = 'outbound' AND (old.status, old.replaced_by) IS NOT (new.status, new.replaced_by)
    AND (old.turn, old.channel, old.ts) IS (new.turn, new.channel, new.ts) AND NOT EXISTS (
    SELECT 1 FROM reply_part WHERE channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn AND id <> new.id)
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    VALUES (new.conversation_id, new.turn,
        (new.status IS 'failed' AND new.replaced_by IS NULL)
            - (old.status IS 'failed' AND old.replaced_by IS NULL),
        (new.status IS 'unknown' AND new.replaced_by IS NULL)
            - (old.status IS 'unknown' AND old.replaced_by IS NULL),
        (new.status IS 'draft' AND new.replaced_by IS NULL)
            - (old.status IS 'draft' AND old.replaced_by IS NULL),
        (new.status IS 'queued' AND new.replaced_by IS NULL)
            - (old.status IS 'queued' AND old.replaced_by IS NULL),
        (new.status IS 'sending' AND new.replaced_by IS NULL)
            - (old.status IS 'sending' AND old.replaced_by IS NULL),
        (new.status IS 'sent' AND new.replaced_by IS NULL)
            - (old.status IS 'sent' AND old.replaced_by IS NULL),
        (new.status IS 'delivered' AND new.replaced_by IS NULL)
            - (old.status IS 'delivered' AND old.replaced_by IS NULL),
        (new.status IS 'read' AND new.replaced_by IS NULL)
            - (old.status IS 'read' AND old.replaced_by IS NULL))
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed + excluded.failed, unknown = unknown + excluded.unknown, draft = draft + excluded.draft,
        queued = queued + excluded.queued, sending = sending + excluded.sending, sent = sent + excluded.sent,
        delivered = delivered + excluded.delivered, read = read + excluded.read;
END;

-- A text that shares its message in Slack with others, or moves: its reply is taken off as it was, then counted as it
-- is.

CREATE TRIGGER reply_growing BEFORE INSERT ON message
WHEN new.direction = 'outbound'
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed - excluded.failed, unknown = unknown - excluded.unknown, draft = draft - excluded.draft,
        queued = queued - excluded.queued, sending = sending - excluded.sending, sent = sent - excluded.sent,
        delivered = delivered - excluded.delivered, read = read - excluded.read;
END;

CREATE TRIGGER reply_grown AFTER INSERT ON message
WHEN new.direction = 'outbound' AND EXISTS (
    SELECT 1 FROM reply_part WHERE channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn AND id <> new.id)
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE id = new.id OR (channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn)
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed + excluded.failed, unknown = unknown + excluded.unknown, draft = draft + excluded.draft,
        queued = queued + excluded.queued, sending = sending + excluded.sending, sent = sent + excluded.sent,
        delivered = delivered + excluded.delivered, read = read + excluded.read;
END;

CREATE TRIGGER reply_changing BEFORE UPDATE OF status, channel, ts, replaced_by, turn ON message
WHEN new.direction = 'outbound' AND (
    (old.turn, old.channel, old.ts) IS NOT (new.turn, new.channel, new.ts)
    OR (old.status, old.replaced_by) IS NOT (new.status, new.replaced_by) AND EXISTS (
        SELECT 1 FROM reply_part WHERE channel = new.channel AND ts = new.ts
            AND +conversation_id = new.conversation_id AND +turn = new.turn AND id <> new.id))
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE id = old.id OR (channel = old.channel AND ts = old.ts
        AND +conversation_id = old.conversation_id AND +turn = old.turn)
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed - excluded.failed, unknown = unknown - excluded.unknown, draft = draft - excluded.draft,
        queued = queued - excluded.queued, sending = sending - excluded.sending, sent = sent - excluded.sent,
        delivered = delivered - excluded.delivered, read = read - excluded.read;
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn
        AND (old.turn, old.channel, old.ts) IS NOT (new.turn, new.channel, new.ts)
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed - excluded.failed, unknown = unknown - excluded.unknown, draft = draft - excluded.draft,
        queued = queued - excluded.queued, sending = sending - excluded.sending, sent = sent - excluded.sent,
        delivered = delivered - excluded.delivered, read = read - excluded.read;
END;

CREATE TRIGGER reply_changed AFTER UPDATE OF status, channel, ts, replaced_by, turn ON message
WHEN new.direction = 'outbound' AND (
    (old.turn, old.channel, old.ts) IS NOT (new.turn, new.channel, new.ts)
    OR (old.status, old.replaced_by) IS NOT (new.status, new.replaced_by) AND EXISTS (
        SELECT 1 FROM reply_part WHERE channel = new.channel AND ts = new.ts
            AND +conversation_id = new.conversation_id AND +turn = new.turn AND id <> new.id))
BEGIN
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE id = new.id OR (channel = new.channel AND ts = new.ts
        AND +conversation_id = new.conversation_id AND +turn = new.turn)
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed + excluded.failed, unknown = unknown + excluded.unknown, draft = draft + excluded.draft,
        queued = queued + excluded.queued, sending = sending + excluded.sending, sent = sent + excluded.sent,
        delivered = delivered + excluded.delivered, read = read + excluded.read;
    INSERT INTO reply_count (conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read)
    SELECT conversation_id, turn, failed, unknown, draft, queued, sending, sent, delivered, read FROM reply_part
    WHERE channel = old.channel AND ts = old.ts
        AND +conversation_id = old.conversation_id AND +turn = old.turn
        AND (old.turn, old.channel, old.ts) IS NOT (new.turn, new.channel, new.ts)
    ORDER BY severity LIMIT 1
    ON CONFLICT (conversation_id, turn) DO UPDATE SET
        failed = failed + excluded.failed, unknown = unknown + excluded.unknown, draft = draft + excluded.draft,
        queued = queued + excluded.queued, sending = sending + excluded.sending, sent = sent + excluded.sent,
        delivered = delivered + excluded.delivered, read = read + excluded.read;
END;

-- === Who may do what: a row for each person and user group that has a role, and for all roles the partners' teams and
-- the word that guests may. A role without a row is everybody's or the admins', as roles.py says.

CREATE TABLE role_member (
    workspace INTEGER NOT NULL REFERENCES workspace(id),
    role TEXT NOT NULL, -- agent, sender to many, manager; '' for all
    kind TEXT NOT NULL, -- user, group, partner, guests
    subject TEXT NOT NULL, -- an id of Slack's; '' for guests
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, role, kind, subject)
) WITHOUT ROWID;
