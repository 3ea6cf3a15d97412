-- Every statement of the store, in the order of its repositories (transaction.py); then what is read beside the writer.
--
-- Every database understands them, and what one alone can do stands in a queries.sql of its engine. So the lesser of two
-- is a CASE, truth is 0 or 1, a parameter that may be NULL and is compared with nothing else has a type (CAST), and a
-- list comes as JSON (json_each). Texts are compared by their bytes. {message}, {conversation} and {entry} stand for the
-- columns in columns.py. Where a wrong choice would read a whole table INDEXED BY says so to SQLite; others ignore it.
--
-- Each statement asks for :workspace, that of the unit of work; what concerns the whole database says so behind its
-- name. Lines and attachments have no such column: they are found by way of their conversation or text. The plus sign
-- in +workspace keeps an engine from reading all of a workspace where another index leads to a few rows, or to one:
-- PostgreSQL would do so on tables that it has not looked at yet, and it keeps to what it once chose.

-- === Installations of all workspaces (by their own id, whatever workspace the unit is about)

-- name: installations
SELECT {installation} FROM workspace WHERE id <> 1 OR team_id <> '' ORDER BY id

-- name: installation
SELECT {installation} FROM workspace WHERE id = :id

-- name: find_installation
SELECT {installation} FROM workspace WHERE is_org_wide = :is_org_wide
    AND CASE WHEN is_org_wide = 1 THEN enterprise_id = :enterprise_id ELSE team_id = :team_id AND team_id <> '' END

-- name: add_installation
INSERT INTO workspace (team_id, enterprise_id, is_org_wide) VALUES (:team_id, :enterprise_id, :is_org_wide)
RETURNING id

-- name: save_installation
UPDATE workspace SET team_id = :team_id, enterprise_id = :enterprise_id, name = :name, url = :url, app_id = :app_id,
    bot_id = :bot_id, bot_user_id = :bot_user_id, token = :token, refresh_token = :refresh_token,
    token_expires_at = :token_expires_at, scopes = :scopes, installed_by = :installed_by, installed_at = :installed_at,
    removed_at = :removed_at
WHERE id = :id

-- name: wipe_grant
UPDATE workspace SET token = NULL, refresh_token = NULL, token_expires_at = NULL, removed_at = :at WHERE id = :id

-- name: wipe_connections
UPDATE connection SET token = NULL WHERE workspace = :id

-- name: wipe_sessions
DELETE FROM value WHERE workspace = :id AND name >= :prefix AND name < :prefix || '~'

-- name: workspace_changes (whole database: a bot runs all workspaces)
SELECT workspace, value FROM value WHERE name = :name

-- name: workspaces_in_channel (whole database: several workspaces can share a channel)
SELECT id FROM workspace WHERE EXISTS (
    SELECT 1 FROM thread WHERE thread.workspace = workspace.id AND thread.channel = :channel)

-- === Sealed secrets of all workspaces, for the check at the start and for a new key

-- name: stored_secrets
SELECT id AS workspace, team_id, name, token AS sealed FROM workspace WHERE token IS NOT NULL
UNION ALL SELECT id, team_id, name, refresh_token AS sealed FROM workspace WHERE refresh_token IS NOT NULL
UNION ALL SELECT w.id, w.team_id, w.name, c.token AS sealed FROM connection c JOIN workspace w ON w.id = c.workspace
    WHERE c.token IS NOT NULL

-- name: reseal_token
UPDATE workspace SET token = :again WHERE token = :sealed

-- name: reseal_refresh_token
UPDATE workspace SET refresh_token = :again WHERE refresh_token = :sealed

-- name: reseal_connection
UPDATE connection SET token = :again WHERE token = :sealed

-- === Connections and accounts of a workspace

-- name: connections
SELECT {connection} FROM connection WHERE workspace = :workspace ORDER BY id

-- name: connection
SELECT {connection} FROM connection WHERE +workspace = :workspace AND id = :id

-- name: connection_of
SELECT {connection} FROM connection WHERE +workspace = :workspace
    AND id = (SELECT connection_id FROM account WHERE workspace = :workspace AND number = :number)

-- name: add_connection
INSERT INTO connection (workspace, provider, token, path_secret, author, made_at)
VALUES (:workspace, :provider, :token, :path_secret, :author, :now) RETURNING {connection}

-- name: set_connection_token
UPDATE connection SET token = :token WHERE +workspace = :workspace AND id = :id

-- name: set_connection_webhook
UPDATE connection SET webhook_id = :webhook_id WHERE +workspace = :workspace AND id = :id

-- name: remove_connection
DELETE FROM connection WHERE +workspace = :workspace AND id = :id

-- name: remove_accounts_of
DELETE FROM account WHERE workspace = :workspace AND connection_id = :id

-- name: account_rows
SELECT number, connection_id, channel, label, is_main FROM account WHERE workspace = :workspace
ORDER BY is_main DESC, at, number

-- name: set_account
INSERT INTO account (workspace, number, connection_id, channel, label, is_main, at)
VALUES (:workspace, :number, (SELECT id FROM connection WHERE id = :connection_id AND +workspace = :workspace), :channel,
    :label, :is_main, :now)
ON CONFLICT (workspace, number) DO UPDATE SET connection_id = excluded.connection_id, channel = excluded.channel,
    label = excluded.label, is_main = excluded.is_main

-- name: set_account_channel
UPDATE account SET channel = :channel WHERE workspace = :workspace AND number = :number

-- name: set_main_account (and no other)
UPDATE account SET is_main = CASE WHEN number = :number THEN 1 ELSE 0 END WHERE workspace = :workspace

-- name: remove_account
DELETE FROM account WHERE workspace = :workspace AND number = :number

-- === Inbox: events seen before, webhook events not processed yet, parked events

-- name: add_seen_event
INSERT INTO seen_event (workspace, scope, id, at) VALUES (:workspace, :scope, :id, :now) ON CONFLICT DO NOTHING

-- name: seen_event
SELECT 1 FROM seen_event WHERE workspace = :workspace AND scope = :scope AND id = :id

-- name: all_seen
SELECT id, at FROM seen_event WHERE workspace = :workspace AND scope = :scope

-- name: forget_seen_event
DELETE FROM seen_event WHERE workspace = :workspace AND scope = :scope AND id = :id

-- name: seen_events
SELECT id FROM seen_event WHERE workspace = :workspace AND scope = :scope AND id IN (SELECT value FROM json_each(:ids))

-- name: add_inbox_events
INSERT INTO inbox_event (workspace, body, due_at, at) SELECT :workspace, value, :now, :now FROM json_each(:bodies)

-- name: due_inbox_events
SELECT id, body, failures, at FROM inbox_event WHERE workspace = :workspace AND due_at <= :now ORDER BY id LIMIT :limit

-- name: next_inbox_event
SELECT min(due_at) AS due_at FROM inbox_event WHERE workspace = :workspace

-- name: remove_inbox_events
DELETE FROM inbox_event WHERE workspace = :workspace
    AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids))

-- name: defer_inbox_event
UPDATE inbox_event SET failures = failures + 1, due_at = :due_at WHERE +workspace = :workspace AND id = :id

-- name: park_event
INSERT INTO parked_event (workspace, kind, subject, body, at) VALUES (:workspace, :kind, :subject, :body, :now)

-- name: parked_events
SELECT body FROM parked_event WHERE workspace = :workspace AND kind = :kind AND subject = :subject ORDER BY id

-- name: parked_subjects
SELECT DISTINCT subject FROM parked_event WHERE workspace = :workspace AND kind = :kind

-- name: has_parked_events
SELECT 1 FROM parked_event WHERE workspace = :workspace AND kind = :kind AND subject >= :start
    AND subject < :end LIMIT 1

-- name: parked_before
SELECT DISTINCT subject FROM parked_event WHERE workspace = :workspace AND kind = :kind AND at <= :before
ORDER BY subject LIMIT :limit

-- name: drop_parked_events
DELETE FROM parked_event WHERE workspace = :workspace AND kind = :kind AND at <= :before

-- name: change_parked_kind
UPDATE parked_event SET kind = :new WHERE workspace = :workspace AND kind = :kind AND subject = :subject
    AND body = :body

-- name: keep_newest_parked
DELETE FROM parked_event WHERE workspace = :workspace AND kind = :kind AND id <= (SELECT id FROM parked_event AS other
    WHERE other.workspace = :workspace AND other.kind = :kind ORDER BY id DESC LIMIT 1 OFFSET :count)

-- name: take_parked_events
DELETE FROM parked_event WHERE workspace = :workspace AND kind = :kind AND subject = :subject RETURNING id, body

-- === Outbox: entries

-- name: add_entry
INSERT INTO outbox (workspace, key, lane, kind, limit_key, conversation_id, message_id, subject, sort_key, due_at,
    created_at)
VALUES (:workspace, :key, :lane, :kind, :limit_key,
    (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace),
    CASE WHEN CAST(:message_id AS BIGINT) IS NOT NULL
        THEN coalesce((SELECT id FROM message WHERE id = :message_id AND +workspace = :workspace), 0) END,
    :subject, :sort_key, :due_at, :now)

-- name: entry_by_key
SELECT {entry} FROM outbox WHERE workspace = :workspace AND key = :key

-- name: own_call (one file has one bot, so each call is its own)
SELECT {entry} FROM outbox WHERE workspace = :workspace AND key = :key AND state = 'in_flight'

-- name: own_calls
SELECT {entry} FROM outbox WHERE workspace = :workspace AND state = 'in_flight' ORDER BY sort_key, id

-- name: entries_of_message
SELECT {entry} FROM outbox WHERE message_id = :id AND +workspace = :workspace ORDER BY sort_key, id

-- name: open_entries
SELECT {entry} FROM outbox WHERE workspace = :workspace AND state IN ('pending', 'in_flight', 'unknown')
ORDER BY sort_key, id

-- name: pending_entry
SELECT {entry} FROM outbox WHERE workspace = :workspace AND lane = :lane AND state = 'pending' AND kind = :kind
    AND subject = :subject LIMIT 1

-- name: entries_open_in (two halves, so that each is read from its own partial index)
SELECT {entry} FROM outbox WHERE workspace = :workspace AND lane = :lane AND state = 'pending'
UNION ALL SELECT {entry} FROM outbox WHERE workspace = :workspace AND lane = :lane
    AND state IN ('in_flight', 'unknown') ORDER BY sort_key, id

-- name: has_open_header (whatever its sort key, by an index of its own)
SELECT 1 FROM outbox WHERE workspace = :workspace AND lane = :lane AND kind = 'open_thread'
    AND state IN ('pending', 'in_flight', 'unknown') LIMIT 1

-- name: is_busy
SELECT 1 FROM outbox WHERE workspace = :workspace AND lane = :lane AND state IN ('in_flight', 'unknown') LIMIT 1

-- name: pending_moves (before everything else: their sort key is -1)
SELECT {entry} FROM outbox WHERE workspace = :workspace AND lane = :lane AND state = 'pending' AND sort_key < 0
    AND kind = 'move'

-- name: remove_entry
DELETE FROM outbox WHERE +workspace = :workspace AND id = :id

-- name: mark_possible_duplicate
UPDATE outbox SET may_be_duplicate = 1 WHERE +workspace = :workspace AND id = :id

-- name: mark_unmergeable
UPDATE outbox SET is_unmergeable = 1 WHERE +workspace = :workspace AND id = :id

-- name: refund_attempt
UPDATE outbox SET attempts = attempts - 1 WHERE +workspace = :workspace AND id = :id

-- name: mark_in_flight
UPDATE outbox SET state = 'in_flight', attempts = attempts + 1, last_attempt_at = :now
WHERE +workspace = :workspace AND id = :id

-- name: set_entry_state
UPDATE outbox SET state = :state, error = :error, due_at = coalesce(:due_at, due_at), absent_since = :absent_since
WHERE +workspace = :workspace AND id = :id

-- name: change_limit
UPDATE outbox SET limit_key = :limit_key WHERE +workspace = :workspace AND id = :id

-- name: claimable_entries
SELECT {entry} FROM outbox WHERE workspace = :workspace AND lane = :lane AND state = 'pending'
    AND NOT EXISTS (SELECT 1 FROM outbox
        WHERE workspace = :workspace AND lane = :lane AND state IN ('in_flight', 'unknown'))
ORDER BY sort_key, id LIMIT :limit

-- name: unknown_entries
SELECT {entry} FROM outbox WHERE workspace = :workspace AND state = 'unknown' AND due_at <= :now
    AND CASE WHEN kind = 'send' THEN 1 ELSE 0 END = :sends
ORDER BY due_at LIMIT :limit

-- name: is_opening_thread
SELECT 1 FROM outbox INDEXED BY outbox_busy WHERE workspace = :workspace AND state IN ('in_flight', 'unknown')
    AND kind = 'open_thread' AND limit_key = :limit_key
    AND (created_at <= :begun_by OR last_attempt_at <= :begun_by) LIMIT 1

-- === Outbox: lanes and rate limits

-- name: refresh_lane (its first entry says when and by which rate limit it goes on, its last one how fresh it is)
INSERT INTO lane (workspace, name, limit_key, queue, due_at, fresh_at, is_awaited, conversation_id)
SELECT :workspace, head.lane, head.limit_key,
    CASE WHEN head.kind = 'send' OR head.limit_key IN ('prepare', 'fetch', 'move', 'erase', 'window')
        OR NOT EXISTS (SELECT 1 FROM rate_limit WHERE workspace = :workspace AND key > '@' AND key < 'A')
        THEN head.limit_key
    ELSE coalesce((SELECT rate_limit.key FROM conversation JOIN rate_limit
        ON rate_limit.workspace = :workspace
        AND rate_limit.key IN ('@' || conversation.channel, '@' || conversation.channel || ':' || head.limit_key)
        WHERE conversation.id = head.conversation_id ORDER BY rate_limit.key LIMIT 1), head.limit_key) END,
    head.due_at, CASE WHEN head.due_at > last.due_at THEN head.due_at ELSE last.due_at END,
    CASE WHEN (head.kind = 'line' AND head.message_id IS NOT NULL)
        OR (head.limit_key = 'edit' AND head.subject LIKE 'receipts:%')
        OR (last.kind = 'open_thread') OR (last.kind = 'line' AND last.message_id IS NOT NULL)
        OR (last.kind = 'post_sent' AND EXISTS (
            SELECT 1 FROM message WHERE id = last.message_id AND author IS NOT NULL)) THEN 1 ELSE 0 END,
    head.conversation_id
FROM (SELECT lane, limit_key, kind, subject, message_id, conversation_id, due_at FROM outbox
        WHERE workspace = :workspace AND lane = :lane AND state = 'pending'
        AND NOT EXISTS (SELECT 1 FROM outbox
            WHERE workspace = :workspace AND lane = :lane AND state IN ('in_flight', 'unknown'))
        ORDER BY sort_key, id LIMIT 1) AS head
    CROSS JOIN (SELECT kind, message_id, due_at FROM outbox
        WHERE workspace = :workspace AND lane = :lane AND state = 'pending'
        ORDER BY sort_key DESC, id DESC LIMIT 1) AS last
WHERE true
ON CONFLICT (workspace, name) DO UPDATE SET limit_key = excluded.limit_key, queue = excluded.queue,
    due_at = excluded.due_at, fresh_at = excluded.fresh_at, is_awaited = excluded.is_awaited

-- name: remove_lane
DELETE FROM lane WHERE workspace = :workspace AND name = :lane

-- name: queues (skips through the index from one to the next; what is due, and when the first of the others is)
WITH RECURSIVE open (queue) AS (
    SELECT min(queue) FROM lane WHERE workspace = :workspace
    UNION ALL SELECT (SELECT min(queue) FROM lane WHERE workspace = :workspace AND queue > open.queue)
        FROM open WHERE open.queue IS NOT NULL),
waiting (queue, not_before, lane_due_at, calm_until, tokens, tokens_at) AS (
    SELECT key, not_before, (SELECT min(due_at) FROM lane WHERE workspace = :workspace AND lane.queue = key),
        calm_until, tokens, tokens_at
    FROM open JOIN rate_limit ON rate_limit.workspace = :workspace AND rate_limit.key = open.queue),
found (queue, due_at, calm_until, tokens, tokens_at) AS (
    SELECT queue, CASE WHEN not_before > lane_due_at THEN not_before ELSE lane_due_at END, calm_until, tokens, tokens_at
    FROM waiting)
SELECT queue, due_at, calm_until, tokens, tokens_at FROM found WHERE due_at <= :now
UNION ALL SELECT '', min(due_at), 0, NULL, NULL FROM found WHERE due_at > :now

-- name: oldest_lanes (those that have been due for longest)
SELECT name FROM lane WHERE workspace = :workspace AND queue = :queue AND due_at <= :now ORDER BY due_at LIMIT :limit

-- name: newest_lanes (those that an entry was added to last)
SELECT name FROM lane WHERE workspace = :workspace AND queue = :queue AND fresh_at <= :now
ORDER BY fresh_at DESC LIMIT :limit

-- name: awaited_lanes (those that a person waits for)
SELECT name FROM lane WHERE workspace = :workspace AND queue = :queue AND is_awaited = 1 AND due_at <= :now
ORDER BY due_at LIMIT :limit

-- name: lane_to_probe (of a channel that is held; by a rate limit that is free, and a post where one waits)
SELECT lane.name, lane.limit_key FROM lane
    JOIN rate_limit ON rate_limit.workspace = :workspace AND rate_limit.key = lane.limit_key
WHERE lane.workspace = :workspace AND lane.queue = :queue AND lane.due_at <= :now AND rate_limit.not_before <= :now
ORDER BY substr(lane.limit_key, 1, 5) <> 'post:', lane.due_at LIMIT 1

-- name: hold_lanes (let the lanes of a channel wait in a queue of their own)
UPDATE lane INDEXED BY lane_due SET queue = :held_queue
WHERE workspace = :workspace AND queue IN (SELECT value FROM json_each(:queues))
    AND conversation_id IN (SELECT id FROM conversation WHERE workspace = :workspace AND channel = :channel)

-- name: release_lanes (as two conditions, so that no other lane is read)
UPDATE lane INDEXED BY lane_due SET queue = limit_key
WHERE workspace = :workspace AND queue >= :held_queue AND queue < :held_queue || ';'
    AND (queue = :held_queue OR queue > :held_queue || ':')

-- name: drop_held_queue
DELETE FROM rate_limit WHERE workspace = :workspace AND key >= :held_queue AND key < :held_queue || ';'
    AND (key = :held_queue OR key > :held_queue || ':')

-- name: add_rate_limit
INSERT INTO rate_limit (workspace, key) VALUES (:workspace, :key) ON CONFLICT DO NOTHING

-- name: rate_limits
SELECT key, not_before, calm_until FROM rate_limit WHERE workspace = :workspace

-- name: hold_rate_limit
UPDATE rate_limit SET not_before = CASE WHEN not_before > :not_before THEN not_before ELSE :not_before END,
    calm_until = CASE WHEN calm_until > :calm_until THEN calm_until ELSE :calm_until END
WHERE workspace = :workspace AND key = :key

-- name: tokens
SELECT tokens, tokens_at FROM rate_limit WHERE workspace = :workspace AND key = :key

-- name: set_tokens
INSERT INTO rate_limit (workspace, key, tokens, tokens_at) VALUES (:workspace, :key, :left, :at)
ON CONFLICT (workspace, key) DO UPDATE SET tokens = excluded.tokens, tokens_at = excluded.tokens_at

-- name: earn_no_tokens (until now)
UPDATE rate_limit SET tokens_at = :now WHERE workspace = :workspace AND key = :key AND tokens_at < :now

-- name: release_destinations (a limit is followed by a calm that is longer than it)
UPDATE rate_limit SET not_before = :now WHERE workspace = :workspace AND key LIKE 'post:%' AND not_before > :now
    AND calm_until <= not_before

-- === Conversations: contacts and their threads

-- name: find_conversation
SELECT {conversation} FROM conversation WHERE workspace = :workspace AND account = :account AND contact = :contact

-- name: add_conversation
INSERT INTO conversation (workspace, account, contact, channel, created_at)
VALUES (:workspace, :account, :contact, :channel, :now)
RETURNING {conversation}

-- name: conversation
SELECT {conversation} FROM conversation WHERE +workspace = :workspace AND id = :id

-- name: conversation_at
SELECT {conversation} FROM conversation WHERE workspace = :workspace
    AND id = (SELECT conversation_id FROM thread WHERE workspace = :workspace AND channel = :channel AND ts = :ts)

-- name: has_thread
SELECT 1 FROM thread WHERE workspace = :workspace AND ts = :ts LIMIT 1

-- name: set_thread
UPDATE conversation SET thread_ts = :ts WHERE +workspace = :workspace AND id = :id RETURNING channel

-- name: add_thread
INSERT INTO thread (workspace, channel, ts, conversation_id)
VALUES (:workspace, :channel, :ts, (SELECT id FROM conversation WHERE id = :id AND +workspace = :workspace))
ON CONFLICT DO NOTHING

-- name: note_left_lines
UPDATE shown_line SET channel = :channel WHERE conversation_id = :id AND channel IS NULL AND ts IS NOT NULL
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)

-- name: move_conversation (a conversation that has no thread yet keeps the former one that it has)
UPDATE conversation SET former_channel = CASE WHEN thread_ts IS NULL THEN former_channel ELSE channel END,
    former_ts = coalesce(thread_ts, former_ts), channel = :channel, thread_ts = NULL
WHERE +workspace = :workspace AND id = :id

-- name: change_lane_limit
UPDATE outbox SET limit_key = :new_limit WHERE workspace = :workspace AND lane = :lane AND state = 'pending'
    AND limit_key = :old_limit

-- name: accounts
SELECT DISTINCT account FROM conversation WHERE workspace = :workspace

-- name: has_several_accounts
SELECT 1 WHERE (SELECT min(account) FROM conversation WHERE workspace = :workspace)
    <> (SELECT max(account) FROM conversation WHERE workspace = :workspace)

-- name: conversations_with_contact
SELECT {conversation} FROM conversation WHERE workspace = :workspace AND contact = :contact ORDER BY id

-- name: save_conversation
UPDATE conversation SET name = :name, turn = :turn, stage = :stage, assignee = :assignee, mode = :mode,
    is_opted_out = :is_opted_out, is_blocked = :is_blocked, last_inbound_at = :last_inbound_at,
    last_outbound_at = :last_outbound_at, answers_from = :answers_from, name_asked_at = :name_asked_at,
    flood_at = :flood_at, gathered_until = :gathered_until, muted_by = :muted_by, muted_after = :muted_after,
    unshown = :unshown, free_text_until = :free_text_until
WHERE +workspace = :workspace AND id = :id

-- name: note_inbound (what a text from a phone changes; the trigger that indexes names is not asked)
UPDATE conversation SET turn = :turn, stage = :stage, is_opted_out = :is_opted_out, last_inbound_at = :last_inbound_at,
    answers_from = :answers_from, flood_at = :flood_at, gathered_until = :gathered_until, unshown = :unshown,
    free_text_until = :free_text_until
WHERE +workspace = :workspace AND id = :id

-- name: channels
SELECT DISTINCT channel FROM thread WHERE workspace = :workspace ORDER BY channel

-- name: oldest_thread
SELECT min(ts) AS ts FROM thread WHERE workspace = :workspace AND channel = :channel

-- name: conversations_in_channel
SELECT {conversation} FROM conversation WHERE workspace = :workspace AND channel = :channel
    AND thread_ts IS NOT NULL ORDER BY id DESC LIMIT :limit

-- name: recent_conversations
SELECT {conversation} FROM conversation WHERE id IN (
    SELECT conversation_id FROM message INDEXED BY message_created WHERE workspace = :workspace
        AND created_at >= :since
    GROUP BY conversation_id ORDER BY max(created_at) DESC LIMIT :limit)

-- === Conversations: a channel that Slack knows by a new id

-- name: rename_conversations
UPDATE conversation SET channel = :new WHERE workspace = :workspace AND channel = :old

-- name: rename_former_channels
UPDATE conversation SET former_channel = :new WHERE workspace = :workspace AND former_channel = :old

-- name: rename_threads
INSERT INTO thread (workspace, channel, ts, conversation_id)
SELECT workspace, :new, ts, conversation_id FROM thread WHERE workspace = :workspace AND channel = :old
ON CONFLICT DO NOTHING

-- name: drop_old_threads
DELETE FROM thread WHERE workspace = :workspace AND channel = :old

-- name: rename_reactions (of texts that may still change)
UPDATE shown_line SET subject = 'mark:' || :new || substr(subject, length('mark:' || :old) + 1)
WHERE (conversation_id, subject) IN (
    SELECT conversation_id, 'mark:' || :old || ':' || ts FROM message
    WHERE workspace = :workspace AND created_at >= :since AND channel = :old AND ts IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM shown_line AS other WHERE other.conversation_id = shown_line.conversation_id
        AND other.subject = 'mark:' || :new || substr(shown_line.subject, length('mark:' || :old) + 1))

-- name: rename_leaving_lines (lines that name the thread they stand in)
UPDATE shown_line SET subject = replace(subject, ':' || :old || ':', ':' || :new || ':')
WHERE conversation_id IN (SELECT id FROM conversation WHERE workspace = :workspace AND former_ts IS NOT NULL)
    AND subject >= 'leaving:' || :old || ':' AND subject < 'leaving:' || :old || ';'
    AND NOT EXISTS (SELECT 1 FROM shown_line AS other WHERE other.conversation_id = shown_line.conversation_id
        AND other.subject = replace(shown_line.subject, ':' || :old || ':', ':' || :new || ':'))

-- name: rename_messages
UPDATE message SET channel = :new WHERE +workspace = :workspace AND channel = :old AND ts IS NOT NULL

-- name: rename_shown_lines
UPDATE shown_line SET channel = :new WHERE channel = :old
    AND conversation_id IN (SELECT id FROM conversation WHERE workspace = :workspace)

-- name: rename_lanes
UPDATE lane SET limit_key = :new_limit, queue = CASE queue WHEN :old_limit THEN :new_limit ELSE queue END
WHERE workspace = :workspace AND limit_key = :old_limit

-- name: rename_entries
UPDATE outbox SET limit_key = :new_limit WHERE workspace = :workspace AND limit_key = :old_limit

-- name: rename_subjects
UPDATE outbox SET subject = replace(subject, ':' || :old || ':', ':' || :new || ':')
WHERE workspace = :workspace AND subject LIKE '%:' || :old || ':%'

-- name: rename_rate_limit
INSERT INTO rate_limit (workspace, key, not_before, calm_until, tokens, tokens_at)
SELECT workspace, :new_limit, not_before, calm_until, tokens, tokens_at FROM rate_limit WHERE workspace = :workspace AND key = :old_limit
ON CONFLICT (workspace, key) DO UPDATE SET
    not_before = CASE WHEN rate_limit.not_before > excluded.not_before THEN rate_limit.not_before
        ELSE excluded.not_before END,
    calm_until = CASE WHEN rate_limit.calm_until > excluded.calm_until THEN rate_limit.calm_until
        ELSE excluded.calm_until END

-- name: drop_old_rate_limit
DELETE FROM rate_limit WHERE workspace = :workspace AND key = :old_limit

-- name: rename_modes
INSERT INTO channel_mode (workspace, channel, mode, author, at)
SELECT workspace, :new, mode, author, at FROM channel_mode WHERE workspace = :workspace AND channel = :old
ON CONFLICT DO NOTHING

-- name: drop_old_mode
DELETE FROM channel_mode WHERE workspace = :workspace AND channel = :old

-- name: rename_routes
UPDATE route SET channel = :new WHERE workspace = :workspace AND channel = :old

-- name: rename_waves
UPDATE wave SET channel = :new WHERE workspace = :workspace AND channel = :old

-- name: rename_weekly_posts
UPDATE weekly_post SET channel = :new WHERE workspace = :workspace AND channel = :old

-- name: rename_parked_events
UPDATE parked_event SET subject = :new || substr(subject, length(:old) + 1) WHERE workspace = :workspace
    AND subject LIKE :old || ':%'

-- name: rename_values
UPDATE value SET value = :new WHERE workspace = :workspace AND value = :old

-- name: rename_value_names
UPDATE value SET name = replace(name, :old, :new) WHERE workspace = :workspace
    AND name LIKE '%' || :old || '%' AND NOT EXISTS (SELECT 1 FROM value AS other
        WHERE other.workspace = :workspace AND other.name = replace(value.name, :old, :new))

-- name: forget_seen_events
DELETE FROM seen_event WHERE workspace = :workspace AND scope = :scope AND at < :before

-- name: rename_seen_events (those that may still come again)
UPDATE seen_event SET id = :new || substr(id, length(:old) + 1)
WHERE workspace = :workspace AND scope = :scope AND id >= :old || ':' AND id < :old || ';' AND at >= :since
    AND NOT EXISTS (SELECT 1 FROM seen_event AS other WHERE other.workspace = :workspace AND other.scope = :scope
        AND other.id = :new || substr(seen_event.id, length(:old) + 1))

-- === Messages: texts in both directions

-- name: add_message
INSERT INTO message (workspace, key, conversation_id, direction, turn, sort_key, status, body, pieces, media, files,
    has_files, channel, ts, part, author, broadcast, provider_id, legacy_id, failure, approval_reasons, approved_by,
    decided_by, replaced_by, changed_late, template, edited_at, created_at, last_attempt_at, status_at)
VALUES (:workspace, :key, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace),
    :direction, :turn, :sort_key, :status, :body, :pieces, :media, :files, :has_files, :channel, :ts, :part, :author,
    :broadcast, :provider_id, :legacy_id, :failure, :approval_reasons, :approved_by, :decided_by, :replaced_by,
    :changed_late, :template, :edited_at, :created_at, :last_attempt_at, :status_at)
RETURNING id

-- name: save_message
UPDATE message SET turn = :turn, status = :status, body = :body, pieces = :pieces, media = :media, files = :files,
    has_files = :has_files, channel = :channel, ts = :ts, part = :part, provider_id = :provider_id,
    legacy_id = :legacy_id, failure = :failure, approval_reasons = :approval_reasons, approved_by = :approved_by,
    decided_by = :decided_by, replaced_by = :replaced_by, changed_late = :changed_late, template = :template,
    edited_at = :edited_at, last_attempt_at = :last_attempt_at, status_at = :status_at
WHERE +workspace = :workspace AND id = :id

-- name: place_message (touches no index but the one over places in Slack)
UPDATE message SET channel = :channel, ts = :ts WHERE +workspace = :workspace AND id = :id

-- name: message
SELECT {message} FROM message WHERE +workspace = :workspace AND id = :id

-- name: message_by_key
SELECT {message} FROM message WHERE workspace = :workspace AND key = :key

-- name: message_by_provider_id
SELECT {message} FROM message WHERE workspace = :workspace AND provider_id = :id AND direction = 'outbound' LIMIT 1

-- name: message_by_legacy_id
SELECT {message} FROM message WHERE workspace = :workspace AND legacy_id = :id AND direction = 'outbound' LIMIT 1

-- name: messages_at
SELECT {message} FROM message WHERE +workspace = :workspace AND channel = :channel AND ts = :ts
    AND direction = 'outbound' AND status <> 'cancelled' AND replaced_by IS NULL
ORDER BY part, id

-- name: messages_shown_at (whatever became of it, and whoever wrote it)
SELECT {message} FROM message WHERE +workspace = :workspace AND channel = :channel AND ts = :ts ORDER BY part, id

-- name: kept_internal_at (a reply that an edit made a note of, if nobody else took it back)
SELECT {message} FROM message WHERE +workspace = :workspace AND channel = :channel AND ts = :ts
    AND direction = 'outbound' AND part = 1 AND status = 'cancelled' AND decided_by IS NULL AND edited_at IS NOT NULL
    AND replaced_by IS NULL
ORDER BY id DESC LIMIT 1

-- name: has_replies
SELECT 1 FROM reply_count WHERE conversation_id = :id AND turn = :turn
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)
    AND failed + unknown + draft + queued + sending + sent + delivered + read > 0

-- name: has_withdrawn
SELECT 1 FROM message INDEXED BY message_conversation WHERE +workspace = :workspace AND conversation_id = :id
    AND turn = :turn AND direction = 'outbound' AND status = 'cancelled' LIMIT 1

-- name: reply_count
SELECT failed, unknown, draft, queued, sending, sent, delivered, read,
    (SELECT max(status_at) FROM message INDEXED BY message_status_at WHERE conversation_id = :id AND turn = :turn
        AND status_at IS NOT NULL AND direction = 'outbound' AND status <> 'cancelled'
        AND replaced_by IS NULL) AS last_at
FROM reply_count WHERE conversation_id = :id AND turn = :turn
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)

-- name: held_message
SELECT {message} FROM message INDEXED BY message_held
WHERE +workspace = :workspace AND conversation_id = :id AND status IN ('queued', 'sending') AND direction = 'outbound'
    AND failure IS NOT NULL
ORDER BY id LIMIT 1

-- name: waiting_turns
SELECT DISTINCT turn FROM message INDEXED BY message_queued WHERE conversation_id = :id AND status = 'queued'
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)

-- name: undoable_reply (the newest reply of a thread that waits out its undo window, by its first text)
SELECT key FROM message INDEXED BY message_queued
WHERE +workspace = :workspace AND conversation_id = :id AND turn = :turn AND status = 'queued'
    AND direction = 'outbound' AND replaced_by IS NULL AND ts IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM shown_line WHERE conversation_id = :id AND subject = 'said:' || message.key AND ts = message.ts)
    AND EXISTS (SELECT 1 FROM outbox WHERE message_id = message.id AND kind = 'prepare' AND state = 'pending')
    AND NOT EXISTS (SELECT 1 FROM message AS other WHERE other.channel = message.channel AND other.ts = message.ts
        AND other.id < message.id AND other.conversation_id = :id AND other.turn = :turn
        AND other.direction = 'outbound' AND other.status <> 'cancelled' AND other.replaced_by IS NULL)
ORDER BY id DESC LIMIT 1

-- name: undecided_messages
SELECT {message} FROM message WHERE workspace = :workspace AND direction = 'outbound'
    AND status IN ('draft', 'queued', 'sending', 'unknown')
ORDER BY id

-- name: found_messages
SELECT {message} FROM message INDEXED BY message_found WHERE +workspace = :workspace AND conversation_id = :id AND direction = 'inbound'
    AND provider_id IS NOT NULL
ORDER BY id DESC LIMIT 50

-- name: unconfirmed_messages
SELECT {message} FROM message WHERE workspace = :workspace AND status = 'sent' AND created_at >= :since
    AND created_at < :until AND (provider_id IS NOT NULL OR legacy_id IS NOT NULL)
ORDER BY created_at LIMIT :limit

-- name: first_message
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id ORDER BY turn, id LIMIT 1

-- name: messages_awaiting_decision
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id
    AND (status = 'draft' OR (status = 'unknown' AND failure IS NOT NULL)) AND decided_by IS NULL ORDER BY id

-- name: message_before (the last text before another one of its conversation)
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :conversation_id AND id < :id
    AND (status IS NULL OR status NOT IN ('cancelled', 'failed', 'draft')) ORDER BY turn DESC, id DESC LIMIT 1

-- name: has_draft_before
SELECT 1 FROM message WHERE workspace = :workspace AND conversation_id = :conversation_id AND status = 'draft'
    AND id < :id LIMIT 1

-- name: unshown_messages
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id AND direction = 'outbound'
    AND ts IS NULL AND status IN ('sent', 'delivered', 'read') AND replaced_by IS NULL
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = message.id AND kind = 'post_sent')
ORDER BY id DESC LIMIT 3

-- name: newest_message
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id
ORDER BY turn DESC, id DESC LIMIT 1

-- name: last_inbound (by the carrier's time: what was found late may be older than what came before it)
SELECT {message} FROM (SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id
    AND direction = 'inbound' ORDER BY turn DESC, id DESC LIMIT 20) AS newest ORDER BY sort_key DESC, id DESC LIMIT 1

-- name: last_inbound_id
SELECT coalesce(max(id), 0) AS id FROM message INDEXED BY message_inbound
WHERE conversation_id = :id AND direction = 'inbound'
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)

-- name: inbound_before (when the contact wrote the text that so many others came after)
SELECT sort_key FROM message INDEXED BY message_inbound WHERE conversation_id = :id AND direction = 'inbound'
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)
ORDER BY id DESC LIMIT 1 OFFSET :others

-- name: inbound_after
SELECT {message} FROM message INDEXED BY message_inbound WHERE +workspace = :workspace AND conversation_id = :id
    AND direction = 'inbound' AND id > :after
ORDER BY id LIMIT :limit

-- name: recent_messages
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id ORDER BY id DESC LIMIT 1000

-- === Shown lines: what a thread shows

-- name: shown_line
SELECT ts, status, channel FROM shown_line WHERE conversation_id = :id AND subject = :subject
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :id AND +workspace = :workspace)

-- name: set_shown_line
INSERT INTO shown_line (conversation_id, subject, ts, status, channel)
VALUES ((SELECT id FROM conversation WHERE id = :id AND +workspace = :workspace), :subject, :ts, :status, :channel)
ON CONFLICT (conversation_id, subject) DO UPDATE SET ts = :ts, status = :status, channel = :channel

-- === Attachments: pictures and files from phones

-- name: add_attachment
INSERT INTO attachment (message_id, number, type, data, failure)
VALUES ((SELECT id FROM message WHERE id = :id AND +workspace = :workspace), :number, :type, :data, '')
ON CONFLICT (message_id, number) DO UPDATE SET type = :type, data = :data, failure = ''

-- name: fail_attachment
INSERT INTO attachment (message_id, number, failure)
VALUES ((SELECT id FROM message WHERE id = :id AND +workspace = :workspace), :number, :failure)
ON CONFLICT (message_id, number) DO UPDATE SET data = NULL, failure = :failure

-- name: attachment
SELECT number, failure, type, data FROM attachment WHERE message_id = :id AND number = :number
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)

-- name: attachments
SELECT number, failure FROM attachment WHERE message_id = :id
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace) ORDER BY number

-- name: waiting_attachments
SELECT coalesce(sum(length(attachment.data)), 0) AS bytes FROM attachment INDEXED BY attachment_waiting
    JOIN message ON message.id = attachment.message_id AND message.workspace = :workspace
WHERE attachment.data IS NOT NULL

-- name: remove_attachment
DELETE FROM attachment WHERE message_id = :id AND number = :number
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)

-- === Tapbacks: texts that are reactions on others

-- name: add_tapback
INSERT INTO tapback (message_id, quoted_id, emoji, is_removed)
VALUES ((SELECT id FROM message WHERE id = :id AND +workspace = :workspace),
    (SELECT id FROM message WHERE id = :quoted_id AND +workspace = :workspace), :emoji, :is_removed)

-- name: quoted_by
SELECT quoted_id FROM tapback WHERE message_id = :id
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)

-- name: tapbacks_on
SELECT emoji, is_removed FROM tapback WHERE quoted_id = :id
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace) ORDER BY message_id

-- name: forget_tapback
DELETE FROM tapback WHERE message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- name: forget_tapbacks_on
DELETE FROM tapback WHERE quoted_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- === Pictures of texts that go out, made to fit

-- name: add_picture
INSERT INTO picture (message_id, number, type, data)
VALUES ((SELECT id FROM message WHERE id = :id AND +workspace = :workspace), :number, :type, :data)

-- name: picture
SELECT type, data FROM picture WHERE message_id = :id AND number = :number
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)

-- name: copy_pictures
INSERT INTO picture (message_id, number, type, data)
SELECT (SELECT id FROM message WHERE id = :to AND +workspace = :workspace), number, type, data FROM picture
WHERE message_id = :id AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)

-- name: forget_pictures
DELETE FROM picture WHERE message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- === Files of texts that go out which links lead to

-- name: add_shared_file
INSERT INTO shared_file (message_id, number, slack_id, name, type, size, url, ended_by)
VALUES (
    (SELECT id FROM message WHERE id = :id AND +workspace = :workspace),
    :number, :slack_id, :name, :type, :size, :url, :ended_by
)

-- name: shared_files
SELECT number, slack_id, name, type, size, url, until, ended_by FROM shared_file WHERE message_id = :id
    AND EXISTS (SELECT 1 FROM message WHERE id = :id AND +workspace = :workspace)
ORDER BY number

-- name: open_shared_files
UPDATE shared_file SET until = :until
WHERE message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- name: end_shared_files
UPDATE shared_file SET ended_by = :by
WHERE ended_by IS NULL AND message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- name: forget_shared_files
DELETE FROM shared_file WHERE message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- === Settings: modes, routes, templates, values, names of contact lists

-- name: channel_mode
SELECT mode FROM channel_mode WHERE workspace = :workspace AND channel = :channel

-- name: set_channel_mode
INSERT INTO channel_mode (workspace, channel, mode, author, at) VALUES (:workspace, :channel, :mode, :author, :now)
ON CONFLICT (workspace, channel) DO UPDATE SET mode = :mode, author = :author, at = :now

-- name: routes
SELECT kind, subject, channel FROM route WHERE workspace = :workspace ORDER BY kind, subject

-- name: set_route
INSERT INTO route (workspace, kind, subject, channel, author, at)
VALUES (:workspace, :kind, :subject, :channel, :author, :now)
ON CONFLICT (workspace, kind, subject) DO UPDATE SET channel = :channel, author = :author, at = :now

-- name: drop_route
DELETE FROM route WHERE workspace = :workspace AND kind = :kind AND subject = :subject

-- name: templates
SELECT id, name, body FROM template WHERE workspace = :workspace ORDER BY lower(name)

-- name: template
SELECT id, name, body FROM template WHERE +workspace = :workspace AND id = :id

-- name: add_template
INSERT INTO template (workspace, name, body, author, at) VALUES (:workspace, :name, :body, :author, :now)
ON CONFLICT DO NOTHING

-- name: save_template
UPDATE template SET name = :name, body = :body, author = :author, at = :now
WHERE +workspace = :workspace AND id = :id AND NOT EXISTS (SELECT 1 FROM template AS other
    WHERE other.workspace = :workspace AND lower(other.name) = lower(:name) AND other.id <> :id)

-- name: drop_template
DELETE FROM template WHERE +workspace = :workspace AND id = :id

-- name: value
SELECT value FROM value WHERE workspace = :workspace AND name = :name

-- name: set_value
INSERT INTO value (workspace, name, value, at) VALUES (:workspace, :name, :value, :now)
ON CONFLICT (workspace, name) DO UPDATE SET value = :value, at = :now

-- name: forget_value
DELETE FROM value WHERE workspace = :workspace AND name = :name

-- name: note_list
INSERT INTO contact_list (workspace, name, seen_at) VALUES (:workspace, :name, :now)
ON CONFLICT (workspace, name) DO UPDATE SET seen_at = :now

-- name: forget_list
DELETE FROM contact_list WHERE workspace = :workspace AND name = :name

-- name: list_names
SELECT name FROM contact_list WHERE workspace = :workspace ORDER BY seen_at DESC, name LIMIT :limit

-- === Audit: who did what

-- name: audit_end
SELECT last, last_hash FROM audit_chain WHERE workspace = :workspace

-- name: set_audit_end
INSERT INTO audit_chain (workspace, last, last_hash) VALUES (:workspace, :number, :hash)
ON CONFLICT (workspace) DO UPDATE SET last = :number, last_hash = :hash

-- name: add_audit_line
INSERT INTO audit (workspace, number, actor, action, conversation_id, result_of, detail, salt, digest, hash, at)
VALUES (:workspace, :number, :actor, :action, CASE WHEN CAST(:id AS BIGINT) IS NOT NULL
    THEN coalesce((SELECT id FROM conversation WHERE id = :id AND +workspace = :workspace), 0) END,
    :result_of, :detail, :salt, :digest, :hash, :now)
RETURNING id

-- name: audit_begin (up to which line all are from before a moment, at most so many at once)
SELECT CASE WHEN after + :limit < reached THEN after + :limit ELSE reached END AS until, after FROM (
    SELECT after, coalesce((SELECT min(number) - 1 FROM audit WHERE workspace = :workspace AND at >= :before), last)
        AS reached
    FROM audit_chain WHERE workspace = :workspace) AS chain

-- name: set_audit_begin
UPDATE audit_chain SET after = :until, after_hash = (
    SELECT hash FROM audit WHERE workspace = :workspace AND number = :until)
WHERE workspace = :workspace

-- name: erase_audit_lines
DELETE FROM audit WHERE workspace = :workspace AND number <= :until

-- name: audit_place
SELECT number, actor, action, conversation_id FROM audit WHERE +workspace = :workspace AND id = :id

-- name: audit_line
SELECT actor, action, at, coalesce((SELECT result.detail FROM audit AS result WHERE result.workspace = :workspace
        AND result.result_of = audit.number ORDER BY result.number DESC LIMIT 1), detail) AS detail
FROM audit WHERE +workspace = :workspace AND id = :id

-- name: audit_of_conversation
SELECT actor, action, at, coalesce((SELECT result.detail FROM audit AS result WHERE result.workspace = :workspace
        AND result.result_of = audit.number ORDER BY result.number DESC LIMIT 1), detail) AS detail
FROM audit WHERE +workspace = :workspace AND conversation_id = :id AND result_of IS NULL
ORDER BY id DESC LIMIT :limit

-- === Confirmations: buttons that take effect once

-- name: drop_old_confirmations
DELETE FROM confirmation WHERE workspace = :workspace AND at < :until

-- name: add_confirmation
INSERT INTO confirmation (workspace, id, kind, author, body, at) VALUES (:workspace, :id, :kind, :author, :body, :now)
ON CONFLICT (workspace, id) DO UPDATE SET author = :author, body = :body WHERE confirmation.outcome = ''

-- name: confirmation
SELECT id, kind, author, body, tries, outcome FROM confirmation WHERE workspace = :workspace AND id = :id

-- name: end_confirmation
UPDATE confirmation SET outcome = :outcome WHERE workspace = :workspace AND id = :id

-- name: reopen_confirmation
UPDATE confirmation SET tries = tries + 1, outcome = '' WHERE workspace = :workspace AND id = :id

-- === Departures: what people let leave

-- name: departures
SELECT coalesce(sum(texts), 0) AS texts FROM departure
WHERE workspace = :workspace AND author = :author AND at > :since AND at <= :now + 60000000

-- name: add_departure
INSERT INTO departure (workspace, author, at, texts)
VALUES (:workspace, :author, :now - :now % 60000000 + 60000000, :texts)
ON CONFLICT (workspace, author, at) DO UPDATE SET texts = departure.texts + excluded.texts

-- name: drop_departure
UPDATE departure SET texts = texts - :texts WHERE workspace = :workspace AND author = :author AND at = (
    SELECT max(at) FROM departure WHERE workspace = :workspace AND author = :author AND texts >= :texts)

-- name: drop_old_departures
DELETE FROM departure WHERE workspace = :workspace AND author = :author AND at <= :since

-- === Scheduled texts

-- name: add_scheduled
INSERT INTO scheduled (workspace, id, conversation_id, body, author, send_at, is_certain, at)
VALUES (:workspace, :id, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace), :body,
    :author, :send_at, :is_certain, :now)
ON CONFLICT (workspace, id) DO NOTHING

-- name: scheduled
SELECT id, conversation_id, body, author, send_at, is_certain FROM scheduled WHERE workspace = :workspace AND id = :id

-- name: scheduled_between
SELECT id, conversation_id, body, author, send_at, is_certain FROM scheduled
WHERE +workspace = :workspace AND conversation_id = :conversation_id AND send_at BETWEEN :since AND :until
    AND message_id IS NULL ORDER BY send_at

-- name: match_scheduled
UPDATE scheduled SET message_id = :message_id WHERE workspace = :workspace AND id = :id
    AND EXISTS (SELECT 1 FROM message WHERE id = :message_id AND +workspace = :workspace)

-- name: confirm_scheduled
UPDATE scheduled SET is_certain = 1 WHERE workspace = :workspace AND id = :id

-- name: remove_scheduled
DELETE FROM scheduled WHERE workspace = :workspace AND id = :id AND is_certain = 0 AND message_id IS NULL

-- === Waiting and hours

-- name: start_waiting
INSERT INTO waiting (workspace, conversation_id, since, assignee)
VALUES (:workspace, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace), :since,
    :assignee)
ON CONFLICT (conversation_id) DO NOTHING

-- name: waiting
SELECT {waiting} FROM waiting WHERE conversation_id = :id AND +workspace = :workspace

-- name: save_waiting
UPDATE waiting SET assignee = :assignee, told_at = :told_at, missed_at = :missed_at, snoozed_until = :snoozed_until,
    snoozed_by = :snoozed_by, woken_at = :woken_at, notice_channel = :notice_channel, notice_at = :notice_at
WHERE conversation_id = :id AND +workspace = :workspace

-- name: stop_waiting
DELETE FROM waiting WHERE conversation_id = :id AND +workspace = :workspace

-- name: waiting_after
SELECT {waiting} FROM waiting WHERE workspace = :workspace AND conversation_id > :after
ORDER BY conversation_id LIMIT :limit

-- name: first_unanswered
SELECT min(created_at) AS at FROM message WHERE conversation_id = :id AND +workspace = :workspace
    AND direction = 'inbound' AND id > coalesce((SELECT max(id) FROM message WHERE conversation_id = :id
        AND direction = 'outbound' AND status NOT IN ('cancelled', 'draft', 'failed') AND id NOT IN (
            SELECT message_id FROM automatic_answer WHERE conversation_id = :id)), 0)
    AND NOT EXISTS (SELECT 1 FROM tapback WHERE tapback.message_id = message.id)

-- name: waiting_since
SELECT since FROM waiting WHERE conversation_id = :id AND +workspace = :workspace

-- name: notice_rows
SELECT {waiting} FROM waiting WHERE workspace = :workspace AND notice_channel = :channel AND notice_at = :at
    AND snoozed_until IS NULL ORDER BY since, conversation_id LIMIT :limit

-- name: count_notice_rows
SELECT count(*) AS count FROM waiting WHERE workspace = :workspace AND notice_channel = :channel AND notice_at = :at
    AND snoozed_until IS NULL

-- name: gather_notice
UPDATE waiting SET notice_at = :at WHERE workspace = :workspace AND notice_channel = :channel AND notice_at < :at

-- name: goal_notice
SELECT channel, conversation_id, at FROM goal_notice WHERE workspace = :workspace AND channel = :channel

-- name: set_goal_notice
INSERT INTO goal_notice (workspace, channel, conversation_id, at)
VALUES (:workspace, :channel, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace),
    :at)
ON CONFLICT (workspace, channel) DO UPDATE SET conversation_id = excluded.conversation_id, at = excluded.at

-- name: add_goal_missed
INSERT INTO goal_missed (workspace, conversation_id, since, account, channel, assignee, minutes, at)
VALUES (:workspace, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace), :since,
    :account, :channel, :assignee, :minutes, :at)
ON CONFLICT (conversation_id, since) DO NOTHING

-- name: goals_missed
SELECT conversation_id, since, account, channel, assignee, minutes, at FROM goal_missed
WHERE workspace = :workspace AND at >= :since AND at < :until ORDER BY at, conversation_id LIMIT :limit

-- name: set_goal
INSERT INTO goal (workspace, kind, subject, minutes, spans, zone, region, author, at)
VALUES (:workspace, :kind, :subject, :minutes, :spans, :zone, :region, :author, :now)
ON CONFLICT (workspace, kind, subject) DO UPDATE SET minutes = excluded.minutes, spans = excluded.spans,
    zone = excluded.zone, region = excluded.region, author = excluded.author, at = excluded.at

-- name: drop_goal
DELETE FROM goal WHERE workspace = :workspace AND kind = :kind AND subject = :subject

-- name: goals
SELECT kind, subject, minutes, spans, zone, region FROM goal WHERE workspace = :workspace ORDER BY kind DESC, subject

-- name: goal_for
SELECT kind, subject, minutes, spans, zone, region FROM goal WHERE workspace = :workspace
    AND ((kind = 'channel' AND subject = :channel) OR (kind = 'account' AND subject = :account))
ORDER BY kind DESC LIMIT 1

-- name: set_follow_up
INSERT INTO follow_up (workspace, conversation_id, until, author, told_at)
VALUES (:workspace, (SELECT id FROM conversation WHERE id = :conversation_id AND +workspace = :workspace), :until,
    :author, NULL)
ON CONFLICT (conversation_id) DO UPDATE SET until = excluded.until, author = excluded.author, told_at = NULL

-- name: follow_up
SELECT conversation_id, until, author, told_at FROM follow_up WHERE conversation_id = :id AND +workspace = :workspace

-- name: tell_follow_up
UPDATE follow_up SET told_at = :now WHERE conversation_id = :id AND +workspace = :workspace AND told_at IS NULL

-- name: drop_follow_up
DELETE FROM follow_up WHERE conversation_id = :id AND +workspace = :workspace

-- name: set_office_hours
INSERT INTO office_hours (workspace, account, spans, zone, region, author, at)
VALUES (:workspace, :account, :spans, :zone, :region, :author, :now)
ON CONFLICT (workspace, account) DO UPDATE SET spans = excluded.spans, zone = excluded.zone,
    region = excluded.region, author = excluded.author, at = excluded.at

-- name: drop_office_hours
DELETE FROM office_hours WHERE workspace = :workspace AND account = :account

-- name: office_hours
SELECT account, spans, zone, region FROM office_hours WHERE workspace = :workspace AND account = :account

-- name: all_office_hours
SELECT account, spans, zone, region FROM office_hours WHERE workspace = :workspace ORDER BY account

-- name: set_closed_answer
INSERT INTO closed_answer (workspace, account, begins, body, author, at)
VALUES (:workspace, :account, :begins, :body, :author, :now)
ON CONFLICT (workspace, account, begins) DO UPDATE SET body = excluded.body, author = excluded.author,
    at = excluded.at

-- name: drop_closed_answer
DELETE FROM closed_answer WHERE workspace = :workspace AND account = :account AND begins = :begins

-- name: closed_answers
SELECT account, begins, body FROM closed_answer WHERE workspace = :workspace AND account = :account ORDER BY begins

-- name: last_automatic_answer
SELECT max(at) AS at FROM automatic_answer WHERE conversation_id = :id AND +workspace = :workspace

-- name: add_automatic_answer
INSERT INTO automatic_answer (workspace, conversation_id, closed_since, message_id, at)
SELECT :workspace, conversation_id, :closed_since, id, :now FROM message WHERE id = :message_id
    AND +workspace = :workspace
ON CONFLICT (conversation_id, closed_since) DO NOTHING

-- name: closed_period
SELECT closed_since FROM automatic_answer WHERE message_id = :id AND +workspace = :workspace

-- name: automatic_answers_of
SELECT message_id FROM automatic_answer WHERE conversation_id = :id AND +workspace = :workspace

-- === Waves: one text to many

-- name: add_wave
INSERT INTO wave (workspace, id, name, channel, author, is_draft, at, plan, card_key, is_certain, made_at)
VALUES (:workspace, :id, :name, :channel, :author, :is_draft, :at, :plan, :card_key, :is_certain, :now)
ON CONFLICT (workspace, id) DO NOTHING

-- name: confirm_wave
UPDATE wave SET id = :wave_id, is_certain = 1 WHERE workspace = :workspace AND id = :id AND NOT EXISTS (
    SELECT 1 FROM wave AS other WHERE other.workspace = :workspace AND other.id = :wave_id AND other.id <> :id)

-- name: remove_wave
DELETE FROM wave WHERE workspace = :workspace AND id = :id AND is_certain = 0

-- name: wave
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave WHERE workspace = :workspace AND id = :id

-- name: is_wave_card
SELECT 1 FROM wave WHERE workspace = :workspace AND channel = :channel AND ts = :ts LIMIT 1

-- name: set_wave_card
UPDATE wave SET channel = :channel, ts = :ts WHERE workspace = :workspace AND id = :id

-- name: end_wave
UPDATE wave SET is_over = 1 WHERE workspace = :workspace AND id = :id

-- name: waves_without_card
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE workspace = :workspace AND ts IS NULL AND made_at BETWEEN :since AND :until ORDER BY made_at LIMIT 20

-- name: waves_due
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE workspace = :workspace AND is_draft = 0 AND at BETWEEN :since AND :until ORDER BY at DESC LIMIT 20

-- name: waves_under_way
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE workspace = :workspace AND ts IS NOT NULL AND is_certain = 1 AND is_draft = 0 AND is_over = 0
    AND at BETWEEN :since AND :now
ORDER BY at LIMIT 100

-- === Alarms

-- name: set_alarm
INSERT INTO alarm (workspace, kind, subject, conversation_id, due_at, next_at)
SELECT :workspace, :kind, :subject, CAST(:conversation_id AS BIGINT), :due_at, :due_at
WHERE CAST(:conversation_id AS BIGINT) IS NULL
    OR EXISTS (SELECT 1 FROM conversation WHERE id = :conversation_id AND workspace = :workspace)
ON CONFLICT (workspace, kind, subject) DO UPDATE SET
    conversation_id = excluded.conversation_id, due_at = excluded.due_at, next_at = excluded.next_at

-- name: clear_alarm
DELETE FROM alarm WHERE workspace = :workspace AND kind = :kind AND subject = :subject

-- name: alarm
SELECT kind, subject, conversation_id, due_at FROM alarm
WHERE workspace = :workspace AND kind = :kind AND subject = :subject

-- name: due_alarms
SELECT kind, subject, conversation_id, due_at FROM alarm WHERE workspace = :workspace AND next_at <= :now
ORDER BY next_at, kind, subject LIMIT :limit

-- name: next_alarm
SELECT min(next_at) AS at FROM alarm WHERE workspace = :workspace

-- name: put_off_alarm
UPDATE alarm SET next_at = :until WHERE workspace = :workspace AND kind = :kind AND subject = :subject

-- === Imports

-- name: save_import
INSERT INTO import_job (workspace, id, state, plan, author, account, channel, ts, is_posting, is_reporting, note, body,
    texter, made_at)
VALUES (:workspace, :id, :state, :plan, :author, :account, :channel, :ts, :is_posting, :is_reporting, :note, :body,
    :texter, :now)
ON CONFLICT (workspace, id) DO UPDATE SET state = excluded.state, channel = excluded.channel, ts = excluded.ts,
    is_posting = excluded.is_posting, is_reporting = excluded.is_reporting, note = excluded.note, body = excluded.body,
    texter = excluded.texter

-- name: import
SELECT id, state, plan, author, account, channel, ts, is_posting, is_reporting, note, body, texter, made_at
FROM import_job WHERE workspace = :workspace AND id = :id

-- name: imports
SELECT id, state, plan, author, account, channel, ts, is_posting, is_reporting, note, body, texter, made_at
FROM import_job WHERE workspace = :workspace ORDER BY made_at, id LIMIT :limit

-- name: add_import_row
INSERT INTO import_row (workspace, job, line, number, name, fields, state, fault, detail)
VALUES (:workspace, :job, :line, :number, :name, :fields, :state, :fault, :detail)
ON CONFLICT (workspace, job, line) DO NOTHING

-- name: set_import_row
UPDATE import_row SET state = :state, fault = :fault, detail = :detail
WHERE workspace = :workspace AND job = :job AND line = :line

-- name: import_rows
SELECT line, number, name, fields, state, fault, detail FROM import_row INDEXED BY import_row_state
WHERE workspace = :workspace AND job = :job AND state = :state AND line > :after ORDER BY line LIMIT :limit

-- name: import_line_of
SELECT line FROM import_row INDEXED BY import_row_number
WHERE workspace = :workspace AND job = :job AND number = :number AND state <> 'refused'

-- name: last_import_line
SELECT max(line) AS line FROM import_row WHERE workspace = :workspace AND job = :job

-- name: import_counts
SELECT state, count(*) AS rows FROM import_row INDEXED BY import_row_state
WHERE workspace = :workspace AND job = :job GROUP BY state

-- name: import_faults
SELECT state, fault, count(*) AS rows FROM import_row INDEXED BY import_row_state
WHERE workspace = :workspace AND job = :job AND state IN ('refused', 'left_out') GROUP BY state, fault

-- name: import_texts
SELECT message.status AS status, count(*) AS texts FROM import_row JOIN message ON message.key = import_row.detail
WHERE import_row.workspace = :workspace AND job = :job AND state IN ('handed', 'texted') AND message.workspace = :workspace
GROUP BY message.status

-- name: forget_import_rows
DELETE FROM import_row WHERE workspace = :workspace AND job = :job AND line IN (
    SELECT line FROM import_row WHERE workspace = :workspace AND job = :job ORDER BY line LIMIT :limit)

-- name: forget_old_import_rows (those of imports that are under way are still owed)
DELETE FROM import_row WHERE workspace = :workspace AND (job, line) IN (
    SELECT import_row.job, import_row.line FROM import_job JOIN import_row
        ON import_row.workspace = import_job.workspace AND import_row.job = import_job.id
    WHERE import_job.workspace = :workspace AND import_job.made_at < :before
        AND import_job.state NOT IN ('reading', 'saving', 'reporting', 'texting')
    LIMIT :limit)

-- name: forget_old_imports
DELETE FROM import_job WHERE workspace = :workspace AND made_at < :before
    AND state NOT IN ('reading', 'saving', 'reporting', 'texting')

-- name: forget_import
DELETE FROM import_job WHERE workspace = :workspace AND id = :id

-- === A team's day

-- name: colleagues
SELECT user_id, may_act, is_in_group, marked, away_until, turn FROM colleague WHERE workspace = :workspace
ORDER BY user_id

-- name: save_colleague
INSERT INTO colleague (workspace, user_id, may_act, is_in_group, marked, away_until, turn)
VALUES (:workspace, :user, :may_act, :is_in_group, CAST(:marked AS BIGINT), CAST(:away_until AS BIGINT), :turn)
ON CONFLICT (workspace, user_id) DO UPDATE SET
    may_act = excluded.may_act, is_in_group = excluded.is_in_group, marked = excluded.marked,
    away_until = excluded.away_until, turn = excluded.turn

-- name: assignees (of what is not closed)
SELECT DISTINCT assignee FROM conversation WHERE workspace = :workspace AND assignee IS NOT NULL
    AND stage IN ('open', 'waiting') ORDER BY assignee

-- name: count_held_by
SELECT count(*) AS count FROM conversation WHERE workspace = :workspace AND assignee = :user
    AND stage IN ('open', 'waiting')

-- name: held_by
SELECT {conversation} FROM conversation WHERE workspace = :workspace AND assignee = :user
    AND stage IN ('open', 'waiting') ORDER BY id LIMIT :limit

-- name: add_hand_over_note
INSERT INTO hand_over_note (audit_id, workspace, conversation_id, note, at)
SELECT :audit_id, :workspace, id, :note, :now FROM conversation WHERE id = :conversation_id AND +workspace = :workspace

-- name: hand_over_note
SELECT note FROM hand_over_note WHERE audit_id = :audit_id AND +workspace = :workspace

-- name: open_forms
SELECT user_id, view_id, since, until FROM open_form
WHERE conversation_id = :conversation_id AND +workspace = :workspace AND until > :now ORDER BY since, user_id

-- name: save_open_form
INSERT INTO open_form (workspace, conversation_id, user_id, view_id, since, until)
SELECT :workspace, id, :user, :view_id, :since, :until FROM conversation
WHERE id = :conversation_id AND +workspace = :workspace
ON CONFLICT (conversation_id, user_id) DO UPDATE SET
    view_id = excluded.view_id, since = excluded.since, until = excluded.until

-- name: drop_open_form
DELETE FROM open_form WHERE workspace = :workspace AND user_id = :user AND view_id = :view_id

-- name: drop_open_forms (those that count no more, or for longer than any does: the clock was set)
DELETE FROM open_form WHERE workspace = :workspace AND (until <= :now OR until > :latest)

-- === Figures

-- name: count_figure
INSERT INTO figure (workspace, hour, figure, account, person, bucket, seat, count)
VALUES (:workspace, :hour, :figure, :account, :person, :bucket, :seat, 1)
ON CONFLICT (workspace, figure, hour, account, person, bucket, seat) DO UPDATE SET count = figure.count + 1

-- name: begin_case
INSERT INTO open_case (conversation_id, workspace, begun_at)
SELECT id, workspace, :now FROM conversation WHERE id = :id AND workspace = :workspace
ON CONFLICT (conversation_id) DO NOTHING

-- name: answer_case
UPDATE open_case SET is_answered = 1 WHERE conversation_id = :id AND +workspace = :workspace AND is_answered = 0
RETURNING begun_at

-- name: end_case
DELETE FROM open_case WHERE conversation_id = :id AND +workspace = :workspace RETURNING begun_at

-- name: figures_by_day (days together, counted back from the last; one number for them and the bucket sorts fast)
SELECT (:last - (hour + :ahead) / 24) / :together * :buckets + bucket AS point, sum(count) AS count FROM figure
WHERE workspace = :workspace AND figure = :figure AND hour >= :since AND hour < :until
GROUP BY point

-- name: figures_by_owner
SELECT account, person, bucket, sum(count) AS count FROM figure
WHERE workspace = :workspace AND figure = :figure AND hour >= :since AND hour < :until
GROUP BY bucket, person, account

-- name: forget_case
DELETE FROM open_case WHERE conversation_id = :id AND +workspace = :workspace

-- === Steps of workflows

-- name: add_step
INSERT INTO step_execution (workspace, execution_id, callback, inputs, due_at, at)
VALUES (:workspace, :id, :callback, :inputs, :now, :now) ON CONFLICT DO NOTHING

-- name: step
SELECT execution_id, callback, inputs, state, conversation_id, message_key, answer_until, outcome, attempts, at FROM step_execution WHERE workspace = :workspace AND execution_id = :id

-- name: due_steps
SELECT execution_id, callback, inputs, state, conversation_id, message_key, answer_until, outcome, attempts, at FROM step_execution
WHERE workspace = :workspace AND state IN ('new', 'acting', 'done') AND due_at <= :now
ORDER BY due_at, execution_id LIMIT :limit

-- name: next_step
SELECT min(due_at) AS at FROM step_execution WHERE workspace = :workspace AND state IN ('new', 'acting', 'done')

-- name: begin_step
UPDATE step_execution SET state = 'acting', inputs = '', conversation_id = :conversation_id,
    message_key = :message_key, answer_until = CAST(:answer_until AS BIGINT), attempts = 0, acted_at = :now,
    due_at = :now
WHERE workspace = :workspace AND execution_id = :id
    AND EXISTS (SELECT 1 FROM conversation WHERE id = :conversation_id AND workspace = :workspace)

-- name: let_step_wait
UPDATE step_execution SET state = 'waiting', attempts = 0 WHERE workspace = :workspace AND execution_id = :id

-- name: steps_with_text
SELECT execution_id, callback, inputs, state, conversation_id, message_key, answer_until, outcome, attempts, at FROM step_execution
WHERE +workspace = :workspace AND conversation_id = :conversation_id AND state IN ('acting', 'waiting')
    AND message_key <> ''
ORDER BY acted_at, execution_id

-- name: end_step
UPDATE step_execution SET state = 'done', inputs = '', outcome = :outcome, attempts = 0, due_at = :now
WHERE workspace = :workspace AND execution_id = :id AND state IN ('new', 'acting', 'waiting')

-- name: settle_step
UPDATE step_execution SET state = 'settled', inputs = '', outcome = '', conversation_id = NULL
WHERE workspace = :workspace AND execution_id = :id

-- name: look_at_step_again
UPDATE step_execution SET due_at = :at, attempts = attempts + 1 WHERE workspace = :workspace AND execution_id = :id

-- name: forget_settled_steps
DELETE FROM step_execution WHERE workspace = :workspace AND state = 'settled' AND at < :before

-- name: add_workflow_text
INSERT INTO workflow_text (workspace, message_id, step_key)
SELECT :workspace, id, :step_key FROM message WHERE id = :id AND +workspace = :workspace

-- name: workflow_text
SELECT step_key FROM workflow_text WHERE message_id = :id AND workspace = :workspace

-- name: workflow_texts_of
SELECT message.id AS message_id FROM message JOIN workflow_text ON workflow_text.message_id = message.id
WHERE message.conversation_id = :id AND +message.workspace = :workspace

-- === Channels of their own

-- name: ask_own_channel
INSERT INTO own_channel (workspace, conversation_id, name, asked_by, at)
SELECT :workspace, id, :name, :user, :now FROM conversation WHERE id = :conversation_id AND +workspace = :workspace
RETURNING id

-- name: own_channel
SELECT id, conversation_id, name, asked_by, channel, at, is_left FROM own_channel WHERE id = :id AND +workspace = :workspace

-- name: own_channel_at
SELECT id, conversation_id, name, asked_by, channel, at, is_left FROM own_channel
WHERE workspace = :workspace AND channel = :channel

-- name: unmade_own_channel
SELECT id, conversation_id, name, asked_by, channel, at, is_left FROM own_channel
WHERE conversation_id = :conversation_id AND +workspace = :workspace AND channel IS NULL ORDER BY id DESC LIMIT 1

-- name: has_own_channel_name
SELECT 1 FROM own_channel WHERE workspace = :workspace AND name = :name

-- name: name_own_channel
UPDATE own_channel SET name = :name WHERE id = :id AND +workspace = :workspace

-- name: set_own_channel
UPDATE own_channel SET channel = :channel WHERE id = :id AND +workspace = :workspace

-- name: note_own_channel_change
UPDATE own_channel SET changed_at = :at WHERE workspace = :workspace AND channel = :channel AND changed_at < :at

-- name: leave_own_channel
UPDATE own_channel SET is_left = 1 WHERE workspace = :workspace AND channel = :channel

-- name: forget_leaving
UPDATE own_channel SET is_left = 0 WHERE conversation_id = :conversation_id AND +workspace = :workspace AND is_left = 1

-- name: remove_own_channel
DELETE FROM own_channel WHERE id = :id AND +workspace = :workspace AND channel IS NULL

-- name: rename_own_channel (it has another id in Slack since)
UPDATE own_channel SET channel = :new WHERE workspace = :workspace AND channel = :old
    AND NOT EXISTS (SELECT 1 FROM own_channel AS other WHERE other.workspace = :workspace AND other.channel = :new)

-- name: forget_own_channel_names
UPDATE own_channel SET name = 'erased-' || id WHERE conversation_id = :id AND +workspace = :workspace

-- === Tags, rules and saved searches

-- name: tags
SELECT tag.name, (SELECT count(*) FROM conversation_tag AS borne
    WHERE borne.workspace = :workspace AND borne.name = tag.name) AS count
FROM tag WHERE tag.workspace = :workspace ORDER BY tag.name

-- name: tag_names
SELECT name FROM tag WHERE workspace = :workspace ORDER BY name

-- name: known_tags (also those that are not offered any more; skips through the index from one to the next)
WITH RECURSIVE borne (name) AS (
    SELECT min(name) FROM conversation_tag WHERE workspace = :workspace
    UNION ALL SELECT (SELECT min(name) FROM conversation_tag WHERE workspace = :workspace AND name > borne.name)
        FROM borne WHERE borne.name IS NOT NULL)
SELECT name FROM borne WHERE name IS NOT NULL UNION SELECT name FROM tag WHERE workspace = :workspace ORDER BY name

-- name: add_tag
INSERT INTO tag (workspace, name, author, at) VALUES (:workspace, :name, :author, :now) ON CONFLICT DO NOTHING

-- name: drop_tag
DELETE FROM tag WHERE workspace = :workspace AND name = :name

-- name: tags_of
SELECT name FROM conversation_tag WHERE conversation_id = :id AND +workspace = :workspace ORDER BY name

-- name: put_tag
INSERT INTO conversation_tag (workspace, conversation_id, name, author, at)
VALUES (:workspace, (SELECT id FROM conversation WHERE id = :id AND +workspace = :workspace), :name, :author, :now)
ON CONFLICT DO NOTHING

-- name: tags_of_several
SELECT conversation_id, name FROM conversation_tag WHERE +workspace = :workspace
    AND conversation_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids)) ORDER BY conversation_id, name

-- name: take_tag
DELETE FROM conversation_tag WHERE conversation_id = :id AND name = :name AND +workspace = :workspace

-- name: tag_bearers
SELECT conversation_id FROM conversation_tag WHERE workspace = :workspace AND name = :name ORDER BY conversation_id

-- name: tag_rules
SELECT id, name, kind, subject FROM tag_rule WHERE workspace = :workspace ORDER BY id

-- name: add_tag_rule
INSERT INTO tag_rule (workspace, name, kind, subject, author, at)
VALUES (:workspace, :name, :kind, :subject, :author, :now) ON CONFLICT DO NOTHING

-- name: save_tag_rule
UPDATE tag_rule SET name = :name, kind = :kind, subject = :subject, author = :author, at = :now
WHERE +workspace = :workspace AND id = :id

-- name: drop_tag_rule
DELETE FROM tag_rule WHERE +workspace = :workspace AND id = :id

-- name: drop_tag_rules_of
DELETE FROM tag_rule WHERE workspace = :workspace AND name = :name

-- name: saved_searches
SELECT id, owner, name, query FROM saved_search WHERE workspace = :workspace AND owner IN ('', :user)
ORDER BY owner, name

-- name: save_search
INSERT INTO saved_search (workspace, owner, name, query, author, at)
VALUES (:workspace, :owner, :name, :query, :author, :now)
ON CONFLICT (workspace, owner, name) DO UPDATE SET query = excluded.query, author = excluded.author, at = excluded.at

-- name: saved_search
SELECT id, owner, name, query FROM saved_search WHERE +workspace = :workspace AND id = :id

-- name: drop_saved_search
DELETE FROM saved_search WHERE +workspace = :workspace AND id = :id

-- name: all_saved_searches
SELECT id, owner, name, query FROM saved_search WHERE workspace = :workspace ORDER BY id

-- name: forget_tags
DELETE FROM conversation_tag WHERE +workspace = :workspace AND conversation_id = :id

-- name: forget_tag
DELETE FROM conversation_tag WHERE workspace = :workspace AND name = :name

-- name: forget_tag_details
UPDATE audit SET detail = '', salt = '' WHERE workspace = :workspace AND action IN ('tagged', 'untagged')
    AND detail = :name

-- === Weekly summaries

-- name: add_weekly
INSERT INTO weekly_post (workspace, day, channel, zone, due_at)
VALUES (:workspace, :day, :channel, :zone, :due_at) ON CONFLICT DO NOTHING

-- name: unposted_weekly
SELECT day, channel, zone, due_at, tried_at, ts, failure FROM weekly_post
WHERE workspace = :workspace AND due_at > :since AND ts IS NULL ORDER BY day

-- name: latest_weekly
SELECT day, channel, zone, due_at, tried_at, ts, failure FROM weekly_post
WHERE workspace = :workspace ORDER BY day DESC LIMIT 1

-- name: try_weekly
UPDATE weekly_post SET tried_at = :now WHERE workspace = :workspace AND day = :day

-- name: place_weekly
UPDATE weekly_post SET ts = :ts, failure = '' WHERE workspace = :workspace AND day = :day

-- name: fail_weekly
UPDATE weekly_post SET tried_at = :now, failure = :failure WHERE workspace = :workspace AND day = :day

-- name: is_weekly
SELECT 1 FROM weekly_post WHERE workspace = :workspace AND channel = :channel AND ts = :ts LIMIT 1

-- name: forget_weekly
DELETE FROM weekly_post WHERE workspace = :workspace AND due_at < :before

-- === Erasure of a person

-- name: drop_calls
DELETE FROM outbox WHERE workspace = :workspace AND conversation_id = :id AND state <> 'in_flight'

-- name: drop_interrupted
DELETE FROM outbox WHERE workspace = :workspace AND state = 'in_flight'
    AND conversation_id IN (SELECT id FROM conversation WHERE workspace = :workspace AND contact = :contact)

-- name: has_calls
SELECT 1 FROM outbox WHERE workspace = :workspace AND conversation_id = :id LIMIT 1

-- name: threads_of
SELECT channel, ts FROM thread WHERE workspace = :workspace AND conversation_id = :id ORDER BY ts

-- name: count_of_conversation
SELECT (SELECT count(*) FROM message WHERE +workspace = :workspace AND conversation_id = :id) AS texts,
    (SELECT count(DISTINCT ts) FROM message WHERE +workspace = :workspace AND conversation_id = :id
        AND direction = 'outbound' AND author IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM shown_line WHERE conversation_id = :id AND subject = 'said:' || message.key)) AS own,
    (SELECT count(*) FROM scheduled WHERE +workspace = :workspace AND conversation_id = :id
        AND message_id IS NULL AND send_at > :now) AS scheduled

-- name: forget_parked_events
DELETE FROM parked_event WHERE workspace = :workspace AND (subject = CAST(:id AS TEXT) OR subject IN (
    SELECT channel || ':' || ts FROM thread WHERE workspace = :workspace AND conversation_id = :id))

-- name: forget_alarms
DELETE FROM alarm WHERE +workspace = :workspace AND conversation_id = :id

-- name: forget_hand_over_notes
DELETE FROM hand_over_note WHERE +workspace = :workspace AND conversation_id = :id

-- name: forget_steps (those that wait end; an answer that Slack does not have yet goes)
UPDATE step_execution SET state = CASE WHEN state = 'settled' THEN state ELSE 'done' END, inputs = '',
    outcome = CASE WHEN state = 'settled' THEN '' ELSE 'erased' END,
    conversation_id = NULL, attempts = 0, due_at = :now
WHERE +workspace = :workspace AND conversation_id = :id

-- name: forget_waiting
DELETE FROM waiting WHERE conversation_id = :id AND +workspace = :workspace

-- name: forget_open_forms
DELETE FROM open_form WHERE conversation_id = :id AND +workspace = :workspace

-- name: forget_goal_notices
DELETE FROM goal_notice WHERE conversation_id = :id AND +workspace = :workspace

-- name: forget_follow_up
DELETE FROM follow_up WHERE conversation_id = :id AND +workspace = :workspace

-- name: forget_automatic_answers
DELETE FROM automatic_answer WHERE conversation_id = :id AND +workspace = :workspace

-- name: forget_own_answer
DELETE FROM closed_answer WHERE workspace = :workspace AND begins = (SELECT contact FROM conversation
    WHERE id = :id AND +workspace = :workspace)

-- name: forget_scheduled
DELETE FROM scheduled WHERE +workspace = :workspace AND conversation_id = :id

-- name: forget_details
UPDATE audit SET detail = '', salt = '' WHERE +workspace = :workspace AND conversation_id = :id

-- name: take_name_off
UPDATE conversation SET contact = 'erased  ' || id, name = '', stage = 'closed', assignee = NULL, mode = NULL,
    is_opted_out = 0, is_blocked = 0, last_inbound_at = NULL, last_outbound_at = NULL, former_channel = NULL,
    former_ts = NULL, name_asked_at = NULL, flood_at = NULL, gathered_until = NULL, muted_by = NULL, muted_after = 0,
    unshown = 0, free_text_until = NULL
WHERE +workspace = :workspace AND id = :id

-- name: texts_to_forget
SELECT message.id FROM conversation JOIN message ON message.conversation_id = conversation.id
WHERE conversation.workspace = :workspace AND contact >= 'erased  ' AND contact < 'erased !' LIMIT :limit

-- name: forget_parked_changes
DELETE FROM parked_event WHERE workspace = :workspace AND kind IN ('edit', 'undo')
    AND subject = (SELECT channel || ':' || ts FROM message WHERE id = :id AND +workspace = :workspace)

-- name: note_erased_text
INSERT INTO seen_event (workspace, scope, id, at)
SELECT :workspace, :scope, provider_id, :now FROM message WHERE +workspace = :workspace AND id = :id
    AND provider_id IS NOT NULL AND provider_id <> ''
UNION SELECT :workspace, :scope, legacy_id, :now FROM message WHERE +workspace = :workspace AND id = :id
    AND legacy_id IS NOT NULL AND legacy_id <> ''
ON CONFLICT DO NOTHING

-- name: blank_text
UPDATE message SET body = '' WHERE +workspace = :workspace AND id = :id

-- name: forget_attachments
DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE id = :id AND +workspace = :workspace)

-- name: forget_workflow_text
DELETE FROM workflow_text WHERE message_id = :id AND workspace = :workspace

-- name: forget_text
DELETE FROM message WHERE +workspace = :workspace AND id = :id

-- name: forget_dead_calls
DELETE FROM outbox WHERE message_id = :id AND +workspace = :workspace AND state = 'dead'

-- name: forget_scheduled_as
DELETE FROM scheduled WHERE workspace = :workspace AND message_id = :id

-- name: old_texts (that owe nothing: neither a call nor a decision)
SELECT id FROM message WHERE workspace = :workspace AND created_at < :before
    AND (status IS NULL OR status IN ('sent', 'delivered', 'read', 'failed', 'cancelled')
        OR (status = 'unknown' AND decided_by IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = message.id AND state <> 'dead')
ORDER BY created_at LIMIT :limit

-- name: forget_old_waves
DELETE FROM wave WHERE workspace = :workspace AND made_at < :before AND at < :before AND is_certain = 1

-- name: forget_old_scheduled
DELETE FROM scheduled WHERE workspace = :workspace AND send_at < :before AND at < :before AND is_certain = 1

-- name: forget_old_hand_over_notes
DELETE FROM hand_over_note WHERE workspace = :workspace AND at < :before

-- name: forget_old_automatic_answers (the last one of each contact is kept: its closed period may last)
DELETE FROM automatic_answer WHERE workspace = :workspace AND at < :before AND EXISTS (
    SELECT 1 FROM automatic_answer AS newer WHERE newer.conversation_id = automatic_answer.conversation_id
        AND newer.closed_since > automatic_answer.closed_since)

-- name: forget_old_confirmations
DELETE FROM confirmation WHERE workspace = :workspace AND at < :before AND outcome <> ''

-- name: forget_old_parked
DELETE FROM parked_event WHERE workspace = :workspace AND at < :before AND kind IN ('reply', 'edit', 'undo', 'receipt', 'aside')

-- name: forget_shown_lines
DELETE FROM shown_line WHERE conversation_id IN (SELECT id FROM conversation
    WHERE workspace = :workspace AND contact >= 'erased  ' AND contact < 'erased !')

-- name: forget_reply_counts
DELETE FROM reply_count WHERE conversation_id IN (SELECT id FROM conversation
    WHERE workspace = :workspace AND contact >= 'erased  ' AND contact < 'erased !')

-- name: forget_aside_with
DELETE FROM parked_event WHERE workspace = :workspace AND (kind = 'aside' OR kind LIKE '% callback%')
    AND replace(body, :digits, '') <> body

-- name: forget_confirmations_with
DELETE FROM confirmation WHERE workspace = :workspace AND replace(body, :digits, '') <> body

-- name: forget_inbox_events_with
DELETE FROM inbox_event WHERE workspace = :workspace AND replace(body, :part, '') <> body

-- name: inbox_events_with
SELECT id, body FROM inbox_event WHERE workspace = :workspace AND replace(body, :digits, '') <> body ORDER BY id

-- name: save_inbox_event
UPDATE inbox_event SET body = :body WHERE +workspace = :workspace AND id = :id

-- name: forget_audit_details_with
UPDATE audit SET detail = '', salt = '' WHERE workspace = :workspace AND replace(detail, :digits, '') <> detail

-- name: forget_hand_over_notes_with
DELETE FROM hand_over_note WHERE workspace = :workspace AND replace(note, :digits, '') <> note

-- name: forget_steps_with (however the number is parted)
UPDATE step_execution SET state = 'done', inputs = '', outcome = 'erased',
    attempts = 0, due_at = :now
WHERE workspace = :workspace AND state = 'new' AND replace(replace(replace(replace(replace(replace(replace(inputs,
    ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', ''), :digits, '') <> replace(replace(replace(replace(
    replace(replace(inputs, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', '')

-- name: forget_step_answers_with
UPDATE step_execution SET outcome = 'erased'
WHERE workspace = :workspace AND state = 'done' AND replace(replace(replace(replace(replace(replace(replace(outcome,
    ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', ''), :digits, '') <> replace(replace(replace(replace(
    replace(replace(outcome, ' ', ''), '-', ''), '(', ''), ')', ''), '.', ''), '/', '')

-- name: forget_lists_with
DELETE FROM contact_list WHERE workspace = :workspace AND replace(name, :digits, '') <> name

-- name: waiting_texts_with (the search index knows only those that have left)
SELECT {message} FROM message WHERE replace(pieces, :digits, '') <> pieces AND id IN (
    SELECT id FROM message INDEXED BY message_draft WHERE workspace = :workspace AND status = 'draft'
    UNION ALL SELECT id FROM message INDEXED BY message_queued WHERE +workspace = :workspace AND status = 'queued')
ORDER BY id

-- name: save_template_body
UPDATE template SET body = :body WHERE +workspace = :workspace AND id = :id

-- name: take_number_out_of_waves
UPDATE wave SET plan = replace(plan, :digits, '…') WHERE workspace = :workspace AND replace(plan, :digits, '') <> plan

-- name: forget_import_rows_with (however the digits are grouped)
DELETE FROM import_row WHERE workspace = :workspace
    AND (replace(number, :digits, '') <> number OR replace(replace(replace(replace(replace(replace(replace(
        fields, ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), :digits, '')
        <> replace(replace(replace(replace(replace(replace(fields, ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''))

-- name: take_number_out_of_imports
UPDATE import_job SET plan = replace(plan, :digits, '…'), body = replace(body, :digits, '…')
WHERE workspace = :workspace AND (replace(plan, :digits, '') <> plan OR replace(body, :digits, '') <> body)

-- name: forget_marks
DELETE FROM value WHERE workspace = :workspace AND name >= :prefix AND name < :prefix || '~' AND at < :before

-- === Transaction: calls counted, the newest time that is known

-- name: count_call
INSERT INTO calls_made (id, count, at) VALUES (1, 1, :now)
ON CONFLICT (id) DO UPDATE SET count = calls_made.count + 1, at = :now RETURNING count

-- name: calls_made
SELECT coalesce(max(count), 0) AS count FROM calls_made

-- name: raise_calls
INSERT INTO calls_made (id, count, at) VALUES (1, :count + 1, :now)
ON CONFLICT (id) DO UPDATE SET at = :now,
    count = CASE WHEN calls_made.count > :count THEN calls_made.count ELSE :count END + 1
RETURNING count

-- name: known_until (whole database: the newest time in the database, but for the mark that it is a copy)
SELECT coalesce(max(at), 0) AS at FROM (
    SELECT at FROM calls_made
    UNION ALL SELECT at FROM value WHERE name <> 'copied'
    UNION ALL SELECT created_at FROM (SELECT created_at FROM message ORDER BY id DESC LIMIT 1) AS newest) AS known

-- === Recovery: after a crash, and after the clock was set

-- name: remove_proved_sends (whole database)
DELETE FROM outbox WHERE state = 'in_flight' AND kind = 'send'
    AND message_id IN (SELECT id FROM message WHERE status IN ('sent', 'delivered', 'read', 'failed'))
RETURNING workspace, lane

-- name: newest_time (whole database: what is noted of a call, or of what is still open)
SELECT coalesce(max(at), 0) AS at FROM (
    SELECT at FROM calls_made
    UNION ALL SELECT created_at FROM outbox WHERE state IN ('pending', 'in_flight', 'unknown')
    UNION ALL SELECT last_attempt_at FROM outbox WHERE state IN ('pending', 'in_flight', 'unknown')
    UNION ALL SELECT at FROM inbox_event) AS noted

-- name: clamp_entries (whole database)
UPDATE outbox SET created_at = CASE WHEN created_at > :now THEN :now ELSE created_at END,
    last_attempt_at = CASE WHEN last_attempt_at > :now THEN :now ELSE last_attempt_at END,
    due_at = CASE WHEN outbox.due_at > latest.due_at THEN latest.due_at ELSE outbox.due_at END
FROM (SELECT id, :now + CASE WHEN attempts = 0 THEN :first WHEN wait < 0 THEN 0 WHEN wait > :longest THEN :longest
        ELSE wait END AS due_at
    FROM (SELECT id, attempts, due_at - coalesce(last_attempt_at, created_at) AS wait FROM outbox
        WHERE state IN ('pending', 'in_flight', 'unknown')) AS waiting) AS latest
WHERE outbox.id = latest.id

-- name: clamp_rate_limits (whole database)
UPDATE rate_limit SET
    not_before = CASE WHEN not_before > :now + :longest THEN :now + :longest ELSE not_before END,
    calm_until = CASE WHEN calm_until > :now + :longest THEN :now + :longest ELSE calm_until END,
    tokens_at = CASE WHEN tokens_at > :now THEN :now ELSE tokens_at END

-- name: clamp_inbox_events (whole database)
UPDATE inbox_event SET due_at = CASE WHEN due_at > :now + :longest THEN :now + :longest ELSE due_at END,
    at = CASE WHEN at > :now THEN :now ELSE at END

-- name: note_start
INSERT INTO calls_made (id, count, at) VALUES (1, 0, :now) ON CONFLICT (id) DO UPDATE SET at = :now

-- name: resume_in_flight (whole database)
UPDATE outbox SET due_at = :now,
    state = CASE WHEN kind IN (SELECT value FROM json_each(:repeatable)) OR subject = 'header'
        THEN 'pending' ELSE 'unknown' END,
    error = 'interrupted'
WHERE state = 'in_flight' RETURNING lane

-- name: look_at_unknown (whole database)
UPDATE outbox SET due_at = :now, absent_since = NULL WHERE state = 'unknown'

-- name: resume_messages (whole database)
UPDATE message SET status = 'unknown', failure = NULL WHERE status = 'sending'
    AND id IN (SELECT message_id FROM outbox WHERE state = 'unknown' AND kind = 'send')

-- name: workspaces
SELECT id FROM workspace ORDER BY id

-- name: open_lanes (whole database)
SELECT DISTINCT workspace, lane FROM outbox WHERE state IN ('in_flight', 'unknown', 'pending')

-- name: shift_entries (whole database)
UPDATE outbox SET due_at = due_at + :by, last_attempt_at = last_attempt_at + :by, absent_since = NULL
WHERE state IN ('pending', 'in_flight', 'unknown')

-- name: shift_messages (whole database)
UPDATE message SET last_attempt_at = last_attempt_at + :by WHERE id IN (
    SELECT message_id FROM outbox WHERE state IN ('pending', 'in_flight', 'unknown') AND kind = 'send')

-- name: shift_rate_limits (whole database)
UPDATE rate_limit SET not_before = not_before + :by, calm_until = calm_until + :by, tokens_at = tokens_at + :by

-- name: shift_inbox_events (whole database)
UPDATE inbox_event SET due_at = due_at + :by

-- === Read model: what people look up

-- name: open_conversations_of
SELECT {conversation} FROM conversation WHERE id IN (SELECT conversation_id FROM waiting
    WHERE workspace = :workspace AND assignee = :user AND snoozed_until IS NULL ORDER BY since, conversation_id LIMIT :limit)

-- name: count_open_conversations_of
SELECT count(*) AS count FROM waiting WHERE workspace = :workspace AND assignee = :user AND snoozed_until IS NULL

-- name: open_conversations_of_nobody
SELECT {conversation} FROM conversation WHERE id IN (SELECT conversation_id FROM waiting
    WHERE workspace = :workspace AND assignee IS NULL AND snoozed_until IS NULL ORDER BY since, conversation_id LIMIT :limit)

-- name: count_open_conversations_of_nobody
SELECT count(*) AS count FROM waiting WHERE workspace = :workspace AND assignee IS NULL AND snoozed_until IS NULL

-- name: decisions (what only a person's word moves on: drafts, and what could not be found out)
SELECT {message} FROM message WHERE id IN (
    SELECT id FROM message INDEXED BY message_draft WHERE workspace = :workspace AND status = 'draft'
    UNION ALL SELECT id FROM message INDEXED BY message_unknown
        WHERE workspace = :workspace AND status = 'unknown' AND failure IS NOT NULL)
AND decided_by IS NULL AND replaced_by IS NULL ORDER BY id LIMIT :limit

-- name: count_decisions
SELECT count(*) AS count FROM message WHERE id IN (
    SELECT id FROM message INDEXED BY message_draft WHERE workspace = :workspace AND status = 'draft'
    UNION ALL SELECT id FROM message INDEXED BY message_unknown
        WHERE workspace = :workspace AND status = 'unknown' AND failure IS NOT NULL)
AND decided_by IS NULL AND replaced_by IS NULL

-- name: last_messages (without reactions, which are shown on other texts)
SELECT {message} FROM message WHERE +workspace = :workspace AND conversation_id = :id
    AND NOT EXISTS (SELECT 1 FROM tapback WHERE tapback.message_id = message.id)
ORDER BY turn DESC, id DESC LIMIT :limit

-- name: channel_modes
SELECT channel, mode FROM channel_mode WHERE workspace = :workspace ORDER BY channel

-- name: last_times (of the last texts only: no table is read whole for it)
SELECT max(CASE WHEN direction = 'inbound' THEN created_at END) AS last_inbound_at,
    max(CASE WHEN status IN ('sent', 'delivered', 'read', 'failed') THEN last_attempt_at END) AS sent_at
FROM (SELECT direction, status, created_at, last_attempt_at FROM message
    WHERE workspace = :workspace ORDER BY created_at DESC LIMIT 1000) AS newest

-- name: pending_now (but for looks at windows, which wait for hours and are no calls)
SELECT count(*) AS count, min(created_at) AS since FROM (
    SELECT created_at FROM outbox WHERE workspace = :workspace AND state = 'pending' AND kind <> 'window'
    UNION ALL SELECT created_at FROM outbox INDEXED BY outbox_busy
        WHERE workspace = :workspace AND state IN ('in_flight', 'unknown')) AS waiting

-- === Operations beside the running bot: depth of the outbox, exports

-- name: queue_depths (whole database; looks at windows are no calls)
SELECT kind, state, count(*) AS count, min(created_at) AS oldest_at FROM outbox WHERE kind <> 'window'
GROUP BY kind, state

-- name: count_lanes (whole database)
SELECT count(*) AS count FROM lane WHERE limit_key <> 'window'

-- name: count_held_channels (whole database: those that nothing may be shown in just now)
SELECT count(*) AS count FROM rate_limit WHERE key > '@' AND key < 'A' AND key NOT LIKE '%:%'

-- name: export_workspaces (how each is named in an export: where there is one only, it is not)
SELECT id, CASE WHEN is_org_wide = 1 THEN enterprise_id ELSE team_id END AS name FROM workspace

-- name: export_messages (of one workspace, or of all)
SELECT c.account, c.contact, c.name, c.thread_ts, m.direction, m.sort_key, m.body, m.media, m.status, m.author,
    m.approved_by, m.provider_id, c.workspace
FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE (CAST(:workspace AS BIGINT) IS NULL OR c.workspace = :workspace)
    AND (CAST(:contact AS TEXT) IS NULL OR c.contact = :contact)
    AND (CAST(:since AS BIGINT) IS NULL OR m.sort_key >= :since)
    AND (CAST(:until AS BIGINT) IS NULL OR m.sort_key < :until)
ORDER BY c.id, m.sort_key, m.id

-- name: audit_trail (of one workspace, or of all)
SELECT audit.at, audit.actor, audit.action, conversation.account, conversation.contact, audit.workspace,
    coalesce((SELECT result.detail FROM audit AS result WHERE result.workspace = audit.workspace
        AND result.result_of = audit.number ORDER BY result.number DESC LIMIT 1), audit.detail) AS detail
FROM audit LEFT JOIN conversation ON conversation.id = audit.conversation_id
WHERE audit.result_of IS NULL AND (CAST(:workspace AS BIGINT) IS NULL OR audit.workspace = :workspace)
    AND (CAST(:contact AS TEXT) IS NULL OR conversation.contact = :contact)
    AND (CAST(:since AS BIGINT) IS NULL OR audit.at >= :since)
    AND (CAST(:until AS BIGINT) IS NULL OR audit.at < :until)
ORDER BY audit.id

-- name: audit_ends (of one workspace, or of all)
SELECT workspace, CAST(after AS BIGINT) AS after, after_hash, CAST(last AS BIGINT) AS last, last_hash FROM audit_chain
WHERE (CAST(:workspace AS BIGINT) IS NULL OR workspace = :workspace) ORDER BY workspace

-- name: audit_chain_lines (of one workspace, or of all, the first stored first)
SELECT workspace, CAST(number AS BIGINT) AS number, at, actor, action, conversation_id, result_of, detail, salt, digest,
    hash
FROM audit
WHERE (CAST(:workspace AS BIGINT) IS NULL OR workspace = :workspace) ORDER BY workspace, id

-- === Who may do what in a workspace

-- name: role_members
SELECT role, kind, subject FROM role_member WHERE workspace = :workspace

-- name: add_role_member
INSERT INTO role_member (workspace, role, kind, subject, author, at)
VALUES (:workspace, :role, :kind, :subject, :author, :now)

-- name: remove_role_member
DELETE FROM role_member WHERE workspace = :workspace AND role = :role AND kind = :kind AND subject = :subject

-- === Search by tag, person, state and date

-- name: with_tag (this and the next ones are put into statements by narrowing.py)
SELECT conversation_id FROM conversation_tag WHERE workspace = :workspace AND name = :tag

-- name: with_tags
SELECT conversation_id FROM conversation_tag WHERE workspace = :workspace
    AND name IN (SELECT value FROM json_each(:tags)) GROUP BY conversation_id HAVING count(*) = :tag_count

-- name: with_person (who has the conversation, or wrote in it)
SELECT id FROM conversation WHERE workspace = :workspace AND assignee = :person
UNION SELECT conversation_id FROM message INDEXED BY message_author WHERE workspace = :workspace AND author = :person

-- name: in_stage
SELECT id FROM conversation WHERE workspace = :workspace AND stage = :stage

-- name: active_since
SELECT id FROM conversation WHERE workspace = :workspace AND (last_inbound_at >= :since OR last_outbound_at >= :since)

-- name: with_texts_between
SELECT DISTINCT conversation_id FROM message INDEXED BY message_created
WHERE workspace = :workspace AND created_at >= :since AND created_at < :until

-- name: search_conversations (the latest active first)
SELECT {conversation} FROM conversation WHERE workspace = :workspace /* narrowed id */
ORDER BY CASE WHEN coalesce(last_inbound_at, 0) > coalesce(last_outbound_at, 0)
    THEN last_inbound_at ELSE coalesce(last_outbound_at, created_at) END DESC LIMIT :limit

-- name: narrowed_conversations
SELECT id FROM conversation WHERE workspace = :workspace /* narrowed id */ LIMIT :limit

-- name: count_texts_between (at most :limit of them)
SELECT count(*) AS count FROM (SELECT 1 FROM message INDEXED BY message_created
    WHERE workspace = :workspace AND created_at >= :since AND created_at < :until LIMIT :limit) AS seen

-- name: people (who has conversations, or wrote texts)
SELECT assignee AS person FROM conversation WHERE workspace = :workspace AND assignee IS NOT NULL
UNION SELECT author FROM message INDEXED BY message_author WHERE workspace = :workspace AND author IS NOT NULL
LIMIT :limit
