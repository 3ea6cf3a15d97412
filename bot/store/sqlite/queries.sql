-- Every statement the bot runs on its hot path. Named parameters; no dialect tricks beyond ON CONFLICT, RETURNING and,
-- where a wrong choice would read the whole table, INDEXED BY.

-- name: note_event
INSERT INTO event (source, id, at) VALUES (:source, :id, :now) ON CONFLICT DO NOTHING

-- name: has_event
SELECT 1 FROM event WHERE source = :source AND id = :id

-- name: known_events
SELECT id FROM event WHERE source = :source AND id IN (SELECT value FROM json_each(:ids))

-- name: find_conversation
SELECT * FROM conversation WHERE account = :account AND contact = :contact

-- name: add_conversation
INSERT INTO conversation (account, contact, channel, created_at) VALUES (:account, :contact, :channel, :now) RETURNING *

-- name: conversation
SELECT * FROM conversation WHERE id = :id

-- name: conversation_at
SELECT conversation.* FROM thread JOIN conversation ON conversation.id = thread.conversation_id
WHERE thread.channel = :channel AND thread.ts = :ts

-- name: set_thread
UPDATE conversation SET thread_ts = :ts WHERE id = :id RETURNING channel

-- name: add_thread
INSERT INTO thread (channel, ts, conversation_id) VALUES (:channel, :ts, :id) ON CONFLICT DO NOTHING

-- name: channels
SELECT DISTINCT channel FROM thread ORDER BY channel

-- name: oldest_thread
SELECT min(ts) FROM thread WHERE channel = :channel

-- name: accounts
SELECT DISTINCT account FROM conversation

-- name: has_lines
SELECT 1 WHERE (SELECT min(account) FROM conversation) <> (SELECT max(account) FROM conversation)

-- name: conversations_with
SELECT * FROM conversation WHERE contact = :contact ORDER BY id

-- name: save_conversation
UPDATE conversation SET name = :name, round = :round, stage = :stage, assignee = :assignee, mode = :mode,
    opted_out = :opted_out, blocked = :blocked, heard_at = :heard_at, answered_at = :answered_at,
    answers_from = :answers_from, name_asked_at = :name_asked_at
WHERE id = :id

-- name: add_message
INSERT INTO message (key, conversation_id, direction, round, status, body, pieces, media, channel, ts, part, author,
    provider_id, legacy_id, failure, again_key, settled_by, has_files, rank, created_at, tried_at, settled_at, files,
    asks, approved_by, wakes, edited_at, changed_late)
VALUES (:key, :conversation_id, :direction, :round, :status, :body, :pieces, :media, :channel, :ts, :part, :author,
    :provider_id, :legacy_id, :failure, :again_key, :settled_by, :has_files, :rank, :created_at, :tried_at, :settled_at,
    :files, :asks, :approved_by, :wakes, :edited_at, :changed_late)
RETURNING id

-- name: save_message
UPDATE message SET status = :status, body = :body, pieces = :pieces, media = :media, channel = :channel, ts = :ts,
    part = :part, provider_id = :provider_id, legacy_id = :legacy_id, failure = :failure, again_key = :again_key, round = :round,
    settled_by = :settled_by, has_files = :has_files, tried_at = :tried_at, settled_at = :settled_at, files = :files,
    asks = :asks, approved_by = :approved_by, edited_at = :edited_at, changed_late = :changed_late
WHERE id = :id

-- name: place_message (touches no index but the one over places in Slack)
UPDATE message SET channel = :channel, ts = :ts WHERE id = :id

-- name: hear (what a text from a phone changes; the trigger that indexes names is not asked)
UPDATE conversation SET round = :round, stage = :stage, opted_out = :opted_out, heard_at = :heard_at,
    answers_from = :answers_from
WHERE id = :id

-- name: message
SELECT * FROM message WHERE id = :id

-- name: message_by_key
SELECT * FROM message WHERE key = :key

-- name: message_by_provider_id
SELECT * FROM message WHERE provider_id = :id AND direction = 'outbound' LIMIT 1

-- name: message_by_legacy_id
SELECT * FROM message WHERE legacy_id = :id AND direction = 'outbound' LIMIT 1

-- name: messages_at
SELECT * FROM message WHERE channel = :channel AND ts = :ts AND direction = 'outbound'
    AND status <> 'cancelled' AND again_key IS NULL ORDER BY part, id

-- name: shown_at (whatever became of it, and whoever wrote it)
SELECT * FROM message WHERE channel = :channel AND ts = :ts ORDER BY part, id

-- name: kept_inside_at (a reply that an edit made a note of, if nobody else took it back)
SELECT * FROM message WHERE channel = :channel AND ts = :ts AND direction = 'outbound' AND part = 1
    AND status = 'cancelled' AND settled_by IS NULL AND edited_at IS NOT NULL AND again_key IS NULL
ORDER BY id DESC LIMIT 1

-- name: reply_count
SELECT failed, unknown, draft, queued, sending, sent, delivered,
    (SELECT max(settled_at) FROM message INDEXED BY message_settled WHERE conversation_id = :id AND round = :round
        AND settled_at IS NOT NULL AND direction = 'outbound' AND status <> 'cancelled' AND again_key IS NULL)
FROM reply_count WHERE conversation_id = :id AND round = :round

-- name: undoable (the newest reply that somebody wrote in a thread and that waits out its undo window, by its first text)
SELECT key FROM message INDEXED BY message_queued
WHERE conversation_id = :id AND round = :round AND status = 'queued' AND direction = 'outbound' AND again_key IS NULL
    AND ts IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM shown WHERE conversation_id = :id AND subject = 'said:' || message.key AND ts = message.ts)
    AND EXISTS (SELECT 1 FROM effect WHERE message_id = message.id AND kind = 'prepare' AND state = 'owed')
    AND NOT EXISTS (SELECT 1 FROM message AS other WHERE other.channel = message.channel AND other.ts = message.ts
        AND other.id < message.id AND other.conversation_id = :id AND other.round = :round
        AND other.direction = 'outbound' AND other.status <> 'cancelled' AND other.again_key IS NULL)
ORDER BY id DESC LIMIT 1

-- name: held_text
SELECT * FROM message INDEXED BY message_held
WHERE conversation_id = :id AND status IN ('queued', 'sending') AND direction = 'outbound' AND failure IS NOT NULL ORDER BY id LIMIT 1

-- name: waiting_rounds
SELECT DISTINCT round FROM message INDEXED BY message_queued WHERE conversation_id = :id AND status = 'queued'

-- name: recent_texts
SELECT * FROM message WHERE conversation_id = :id ORDER BY id DESC LIMIT 1000

-- name: has_replies
SELECT 1 FROM reply_count WHERE conversation_id = :id AND round = :round
    AND failed + unknown + draft + queued + sending + sent + delivered > 0

-- name: newest_text
SELECT * FROM message WHERE conversation_id = :id ORDER BY round DESC, id DESC LIMIT 1

-- name: last_heard (by the carrier's time: what was found late may be older than what came before it)
SELECT * FROM (SELECT * FROM message WHERE conversation_id = :id AND direction = 'inbound'
    ORDER BY round DESC, id DESC LIMIT 20) ORDER BY rank DESC, id DESC LIMIT 1

-- name: text_before (the last text before another one of its conversation)
SELECT * FROM message WHERE conversation_id = :conversation_id AND id < :id
    AND (status IS NULL OR status NOT IN ('cancelled', 'failed', 'draft')) ORDER BY round DESC, id DESC LIMIT 1

-- name: draft_before
SELECT 1 FROM message WHERE conversation_id = :conversation_id AND status = 'draft' AND id < :id LIMIT 1

-- name: unshown
SELECT * FROM message WHERE conversation_id = :id AND direction = 'outbound' AND ts IS NULL
    AND status IN ('sent', 'delivered') AND again_key IS NULL
    AND NOT EXISTS (SELECT 1 FROM effect WHERE effect.message_id = message.id AND kind = 'post_sent')
ORDER BY id DESC LIMIT 3

-- name: found_texts
SELECT * FROM message WHERE conversation_id = :id AND direction = 'inbound' AND provider_id IS NOT NULL
ORDER BY id DESC LIMIT 50

-- name: unconfirmed
SELECT * FROM message WHERE status = 'sent' AND created_at >= :since AND created_at < :until
    AND (provider_id IS NOT NULL OR legacy_id IS NOT NULL) ORDER BY created_at LIMIT :limit

-- name: recent_conversations
SELECT * FROM conversation WHERE id IN (
    SELECT conversation_id FROM message INDEXED BY message_created WHERE created_at >= :since
    GROUP BY conversation_id ORDER BY max(created_at) DESC LIMIT :limit)

-- name: shown
SELECT ts, status, channel FROM shown WHERE conversation_id = :id AND subject = :subject

-- name: set_shown
INSERT INTO shown (conversation_id, subject, ts, status, channel) VALUES (:id, :subject, :ts, :status, :channel)
ON CONFLICT (conversation_id, subject) DO UPDATE SET ts = :ts, status = :status, channel = :channel

-- name: owe
INSERT INTO effect (key, lane, kind, pace, conversation_id, message_id, subject, rank, due_at, created_at)
VALUES (:key, :lane, :kind, :pace, :conversation_id, :message_id, :subject, :rank, :due_at, :now)

-- name: effect_by_key
SELECT * FROM effect WHERE key = :key

-- name: effects_of
SELECT * FROM effect WHERE message_id = :id ORDER BY rank, id

-- name: waiting
SELECT * FROM effect WHERE lane = :lane AND state = 'owed' AND kind = :kind AND subject = :subject LIMIT 1

-- name: open_in (two halves, so that each is read from its own partial index)
SELECT * FROM effect WHERE lane = :lane AND state = 'owed'
UNION ALL SELECT * FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown') ORDER BY rank, id

-- name: header_coming (at any rank, by an index of its own)
SELECT 1 FROM effect WHERE lane = :lane AND kind = 'open_thread' AND state IN ('owed', 'sending', 'unknown') LIMIT 1

-- name: drop
DELETE FROM effect WHERE id = :id

-- name: doubt
UPDATE effect SET subject = 'doubtful' WHERE id = :id

-- name: uncount
UPDATE effect SET attempts = attempts - 1 WHERE id = :id

-- name: start
UPDATE effect SET state = 'sending', attempts = attempts + 1, tried_at = :now WHERE id = :id

-- name: settle
UPDATE effect SET state = :state, error = :error, due_at = coalesce(:due_at, due_at) WHERE id = :id

-- name: heads
SELECT * FROM effect WHERE lane = :lane AND state = 'owed'
    AND NOT EXISTS (SELECT 1 FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown'))
ORDER BY rank, id LIMIT :limit

-- name: refresh_lane (its first call says when and by which pace it goes on, its last one how fresh it is)
INSERT INTO lane (name, pace, queue, due_at, fresh_at, is_awaited, conversation_id)
SELECT head.lane, head.pace,
    CASE WHEN head.pace IN ('send', 'prepare', 'fetch', 'move')
        OR NOT EXISTS (SELECT 1 FROM pace WHERE key > '@' AND key < 'A') THEN head.pace
    ELSE coalesce((SELECT pace.key FROM conversation JOIN pace
        ON pace.key IN ('@' || conversation.channel, '@' || conversation.channel || ':' || head.pace)
        WHERE conversation.id = head.conversation_id ORDER BY pace.key LIMIT 1), head.pace) END,
    head.due_at, max(head.due_at, last.due_at),
    (head.kind = 'line' AND head.message_id IS NOT NULL) OR (head.pace = 'edit' AND head.subject LIKE 'receipts:%')
        OR (last.kind = 'open_thread') OR (last.kind = 'line' AND last.message_id IS NOT NULL)
        OR (last.kind = 'post_sent' AND EXISTS (
            SELECT 1 FROM message WHERE id = last.message_id AND author IS NOT NULL)),
    head.conversation_id
FROM (SELECT lane, pace, kind, subject, message_id, conversation_id, due_at FROM effect
        WHERE lane = :lane AND state = 'owed'
        AND NOT EXISTS (SELECT 1 FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown'))
        ORDER BY rank, id LIMIT 1) AS head
    JOIN (SELECT kind, message_id, due_at FROM effect WHERE lane = :lane AND state = 'owed'
        ORDER BY rank DESC, id DESC LIMIT 1) AS last
WHERE true
ON CONFLICT (name) DO UPDATE SET pace = excluded.pace, queue = excluded.queue, due_at = excluded.due_at,
    fresh_at = excluded.fresh_at, is_awaited = excluded.is_awaited

-- name: rest_lane
DELETE FROM lane WHERE name = :lane

-- name: add_pace
INSERT INTO pace (key) VALUES (:key) ON CONFLICT DO NOTHING

-- name: paces
SELECT key, not_before, calm_until FROM pace

-- name: hold_pace
UPDATE pace SET not_before = max(not_before, :not_before), calm_until = max(calm_until, :calm_until) WHERE key = :key

-- name: oldest_lanes (those that have been due for longest)
SELECT name FROM lane WHERE queue = :queue AND due_at <= :now ORDER BY due_at LIMIT :limit

-- name: newest_lanes (those that something was owed in last)
SELECT name FROM lane WHERE queue = :queue AND fresh_at <= :now ORDER BY fresh_at DESC LIMIT :limit

-- name: awaited_lanes (those that a person waits for)
SELECT name FROM lane WHERE queue = :queue AND is_awaited = 1 AND due_at <= :now ORDER BY due_at LIMIT :limit

-- name: lane_to_try (of a channel that calls are kept from; by a pace that may be used, and a post where one waits)
SELECT lane.name, lane.pace FROM lane JOIN pace ON pace.key = lane.pace
WHERE lane.queue = :queue AND lane.due_at <= :now AND pace.not_before <= :now
ORDER BY substr(lane.pace, 1, 5) <> 'post:', lane.due_at LIMIT 1

-- name: queues (skips through the index from one to the next; what is due, and when the first of the others is)
WITH RECURSIVE open (queue) AS (
    SELECT min(queue) FROM lane
    UNION ALL SELECT (SELECT min(queue) FROM lane WHERE queue > open.queue) FROM open WHERE open.queue IS NOT NULL),
found (queue, due_at, calm_until) AS (
    SELECT key, max(not_before, (SELECT min(due_at) FROM lane WHERE lane.queue = key)), calm_until
    FROM open JOIN pace ON pace.key = open.queue)
SELECT queue, due_at, calm_until FROM found WHERE due_at <= :now
UNION ALL SELECT '', min(due_at), 0 FROM found WHERE due_at > :now

-- name: hold_lanes (move the lanes of a channel aside)
UPDATE lane SET queue = :aside WHERE queue IN (SELECT value FROM json_each(:queues))
    AND conversation_id IN (SELECT id FROM conversation WHERE channel = :channel)

-- name: release_lanes
UPDATE lane SET queue = pace WHERE queue = :aside OR (queue > :aside || ':' AND queue < :aside || ';')

-- name: drop_aside
DELETE FROM pace WHERE key = :aside OR (key > :aside || ':' AND key < :aside || ';')

-- name: held_channels (those that nothing may be shown in just now)
SELECT count(*) FROM pace WHERE key > '@' AND key < 'A' AND instr(key, ':') = 0

-- name: unknown_effects
SELECT * FROM effect WHERE state = 'unknown' AND due_at <= :now AND (kind = 'send') = :sends ORDER BY due_at LIMIT :limit

-- name: opening
SELECT 1 FROM effect WHERE state IN ('sending', 'unknown') AND kind = 'open_thread' AND pace = :pace LIMIT 1

-- name: keep_stray
INSERT INTO stray (kind, subject, body, at) VALUES (:kind, :subject, :body, :now)

-- name: strays
SELECT body FROM stray WHERE kind = :kind AND subject = :subject ORDER BY id

-- name: stray_subjects
SELECT DISTINCT subject FROM stray WHERE kind = :kind

-- name: has_strays
SELECT 1 FROM stray WHERE kind = :kind AND subject >= :start AND subject < :end LIMIT 1

-- name: old_strays
SELECT DISTINCT subject FROM stray WHERE kind = :kind AND at <= :before ORDER BY subject LIMIT :limit

-- name: drop_strays
DELETE FROM stray WHERE kind = :kind AND at <= :before

-- name: take_strays
DELETE FROM stray WHERE kind = :kind AND subject = :subject RETURNING id, body

-- name: fact
SELECT value FROM fact WHERE name = :name

-- name: set_fact
INSERT INTO fact (name, value, at) VALUES (:name, :value, :now)
ON CONFLICT (name) DO UPDATE SET value = :value, at = :now

-- name: resume
UPDATE effect SET due_at = :now,
    state = CASE WHEN kind IN ('prepare', 'mark', 'fetch') OR subject = 'header' THEN 'owed' ELSE 'unknown' END,
    error = 'interrupted'
WHERE state = 'sending' RETURNING lane

-- name: resume_looks
UPDATE effect SET due_at = :now WHERE state = 'unknown'

-- name: resume_proved
DELETE FROM effect WHERE state = 'sending' AND kind = 'send'
    AND message_id IN (SELECT id FROM message WHERE status IN ('sent', 'delivered', 'failed')) RETURNING lane

-- name: resume_messages
UPDATE message SET status = 'unknown', failure = NULL WHERE status = 'sending'
    AND id IN (SELECT message_id FROM effect WHERE state = 'unknown' AND kind = 'send')

-- name: open_lanes
SELECT DISTINCT lane FROM effect WHERE state IN ('sending', 'unknown', 'owed')

-- name: export
SELECT c.account, c.contact, c.name, c.thread_ts, m.* FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE (:contact IS NULL OR c.contact = :contact) AND (:since IS NULL OR m.rank >= :since)
    AND (:until IS NULL OR m.rank < :until)
ORDER BY c.id, m.rank, m.id

-- name: depths
SELECT kind, state, count(*) AS count, min(created_at) AS oldest_at FROM effect GROUP BY kind, state

-- name: lanes
SELECT count(*) FROM lane

-- name: keep_arrivals
INSERT INTO arrival (body, due_at, at) SELECT value, :now, :now FROM json_each(:bodies)

-- name: arrivals
SELECT id, body, failures, at FROM arrival WHERE due_at <= :now ORDER BY id LIMIT :limit

-- name: next_arrival
SELECT min(due_at) FROM arrival

-- name: drop_arrivals
DELETE FROM arrival WHERE id BETWEEN :first_id AND :last_id AND due_at <= :now

-- name: put_off_arrival
UPDATE arrival SET failures = failures + 1, due_at = :due_at WHERE id = :id

-- name: move_effects
UPDATE effect SET due_at = due_at + :by, tried_at = tried_at + :by WHERE state IN ('owed', 'sending', 'unknown')

-- name: move_messages
UPDATE message SET tried_at = tried_at + :by WHERE id IN (
    SELECT message_id FROM effect WHERE state IN ('owed', 'sending', 'unknown') AND kind = 'send')

-- name: move_paces
UPDATE pace SET not_before = not_before + :by, calm_until = calm_until + :by

-- name: move_arrivals
UPDATE arrival SET due_at = due_at + :by

-- name: newest_moment (that is noted of a call, or of what is still open)
SELECT coalesce(max(at), 0) FROM (
    SELECT at FROM calls_made
    UNION ALL SELECT max(created_at, coalesce(tried_at, 0)) FROM effect WHERE state IN ('owed', 'sending', 'unknown')
    UNION ALL SELECT at FROM arrival)

-- name: clamp_effects
UPDATE effect SET created_at = min(created_at, :now), tried_at = min(tried_at, :now), due_at = min(due_at, :now +
    CASE WHEN attempts = 0 THEN :first ELSE max(0, min(due_at - coalesce(tried_at, created_at), :longest)) END)
WHERE state IN ('owed', 'sending', 'unknown')

-- name: clamp_paces
UPDATE pace SET not_before = min(not_before, :now + :longest), calm_until = min(calm_until, :now + :longest)

-- name: clamp_arrivals
UPDATE arrival SET due_at = min(due_at, :now + :longest), at = min(at, :now)

-- name: note_start
INSERT INTO calls_made (id, count, at) VALUES (1, 0, :now) ON CONFLICT (id) DO UPDATE SET at = :now

-- name: calls_made
SELECT coalesce(max(count), 0) AS count FROM calls_made

-- name: raise_calls
INSERT INTO calls_made (id, count, at) VALUES (1, :count + 1, :now)
ON CONFLICT (id) DO UPDATE SET count = max(count, :count) + 1, at = :now RETURNING count

-- name: known_until (the last moment that these books know of; that they were copied they do not know by themselves)
SELECT max((SELECT coalesce(max(at), 0) FROM calls_made), (SELECT coalesce(max(at), 0) FROM fact WHERE name <> 'copied'),
    (SELECT coalesce(max(created_at), 0) FROM (SELECT created_at FROM message ORDER BY id DESC LIMIT 1)))

-- name: open_effects
SELECT * FROM effect WHERE state IN ('owed', 'sending', 'unknown') ORDER BY rank, id

-- name: undecided_texts
SELECT * FROM message WHERE direction = 'outbound' AND status IN ('draft', 'queued', 'sending', 'unknown') ORDER BY id

-- name: count_call
INSERT INTO calls_made (id, count, at) VALUES (1, 1, :now)
ON CONFLICT (id) DO UPDATE SET count = count + 1, at = :now RETURNING count

-- name: channel_mode
SELECT mode FROM channel_mode WHERE channel = :channel

-- name: set_channel_mode
INSERT INTO channel_mode (channel, mode, author, at) VALUES (:channel, :mode, :author, :now)
ON CONFLICT (channel) DO UPDATE SET mode = :mode, author = :author, at = :now

-- name: keep_picture
INSERT INTO picture (message_id, number, type, data, failure) VALUES (:id, :number, :type, :data, '')
ON CONFLICT (message_id, number) DO UPDATE SET type = :type, data = :data, failure = ''

-- name: fail_picture
INSERT INTO picture (message_id, number, failure) VALUES (:id, :number, :failure)
ON CONFLICT (message_id, number) DO UPDATE SET data = NULL, failure = :failure

-- name: picture
SELECT number, failure, type, data FROM picture WHERE message_id = :id AND number = :number

-- name: pictures
SELECT number, failure FROM picture WHERE message_id = :id ORDER BY number

-- name: drop_picture
DELETE FROM picture WHERE message_id = :id AND number = :number

-- name: threads_of_channel
SELECT * FROM conversation WHERE channel = :channel AND thread_ts IS NOT NULL ORDER BY id DESC LIMIT :limit

-- name: routes
SELECT kind, subject, channel FROM route ORDER BY kind, subject

-- name: set_route
INSERT INTO route (kind, subject, channel, author, at) VALUES (:kind, :subject, :channel, :author, :now)
ON CONFLICT (kind, subject) DO UPDATE SET channel = :channel, author = :author, at = :now

-- name: drop_route
DELETE FROM route WHERE kind = :kind AND subject = :subject

-- name: note_audit
INSERT INTO audit (actor, action, conversation_id, detail, at) VALUES (:actor, :action, :id, :detail, :now)
RETURNING id

-- name: audit_line
SELECT actor, action, detail, at FROM audit WHERE id = :id

-- name: amend_audit
UPDATE audit SET detail = :detail WHERE id = :id

-- name: audit_of
SELECT actor, action, detail, at FROM audit WHERE conversation_id = :id ORDER BY id DESC LIMIT :limit

-- name: audit_trail
SELECT audit.*, conversation.account, conversation.contact FROM audit
LEFT JOIN conversation ON conversation.id = audit.conversation_id
WHERE (:contact IS NULL OR conversation.contact = :contact) AND (:since IS NULL OR audit.at >= :since)
    AND (:until IS NULL OR audit.at < :until)
ORDER BY audit.id

-- name: keep_ask
INSERT INTO ask (id, kind, author, body, at) VALUES (:id, :kind, :author, :body, :now)
ON CONFLICT (id) DO UPDATE SET author = :author, body = :body WHERE outcome = ''

-- name: drop_old_asks
DELETE FROM ask WHERE at < :until

-- name: ask
SELECT id, kind, author, body, tries, outcome FROM ask WHERE id = :id

-- name: end_ask
UPDATE ask SET outcome = :outcome WHERE id = :id

-- name: reopen_ask
UPDATE ask SET tries = tries + 1, outcome = '' WHERE id = :id

-- name: add_scheduled
INSERT INTO scheduled (id, conversation_id, body, author, send_at, is_certain, at)
VALUES (:id, :conversation_id, :body, :author, :send_at, :is_certain, :now) ON CONFLICT (id) DO NOTHING

-- name: scheduled
SELECT id, conversation_id, body, author, send_at, is_certain FROM scheduled WHERE id = :id

-- name: confirm_scheduled
UPDATE scheduled SET is_certain = 1 WHERE id = :id

-- name: drop_scheduled
DELETE FROM scheduled WHERE id = :id AND NOT is_certain AND message_id IS NULL

-- name: scheduled_near
SELECT id, conversation_id, body, author, send_at, is_certain FROM scheduled
WHERE conversation_id = :conversation_id AND send_at BETWEEN :since AND :until AND message_id IS NULL ORDER BY send_at

-- name: take_scheduled
UPDATE scheduled SET message_id = :message_id WHERE id = :id

-- name: add_wave
INSERT INTO wave (id, name, channel, author, is_draft, at, plan, card_key, is_certain, made_at)
VALUES (:id, :name, :channel, :author, :is_draft, :at, :plan, :card_key, :is_certain, :now) ON CONFLICT (id) DO NOTHING

-- name: confirm_wave
UPDATE OR IGNORE wave SET id = :wave_id, is_certain = 1 WHERE id = :id

-- name: drop_wave
DELETE FROM wave WHERE id = :id AND NOT is_certain

-- name: wave
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave WHERE id = :id

-- name: is_card
SELECT 1 FROM wave WHERE channel = :channel AND ts = :ts LIMIT 1

-- name: set_wave_card
UPDATE wave SET channel = :channel, ts = :ts WHERE id = :id

-- name: end_wave
UPDATE wave SET is_over = 1 WHERE id = :id

-- name: waves_without_card
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE ts IS NULL AND made_at BETWEEN :since AND :until ORDER BY made_at LIMIT 20

-- name: waves_under_way
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE ts IS NOT NULL AND is_certain AND NOT is_draft AND NOT is_over AND at BETWEEN :since AND :now
ORDER BY at LIMIT 100

-- name: waves_due
SELECT id, channel, ts, author, plan, card_key, is_certain, made_at FROM wave
WHERE NOT is_draft AND at BETWEEN :since AND :until ORDER BY at DESC LIMIT 20

-- name: note_list
INSERT INTO contact_list (name, seen_at) VALUES (:name, :now)
ON CONFLICT (name) DO UPDATE SET seen_at = :now

-- name: forget_list
DELETE FROM contact_list WHERE name = :name

-- name: list_names
SELECT name FROM contact_list ORDER BY seen_at DESC, name LIMIT :limit

-- name: templates
SELECT id, name, body FROM template ORDER BY name COLLATE NOCASE

-- name: template
SELECT id, name, body FROM template WHERE id = :id

-- name: add_template
INSERT INTO template (name, body, author, at) VALUES (:name, :body, :author, :now) ON CONFLICT DO NOTHING

-- name: save_template
UPDATE OR IGNORE template SET name = :name, body = :body, author = :author, at = :now WHERE id = :id

-- name: drop_template
DELETE FROM template WHERE id = :id

-- name: search_contacts (of more than :most that match, the newest)
SELECT * FROM conversation WHERE id IN (
    SELECT rowid FROM (SELECT rowid FROM name_index WHERE name_index MATCH :words ORDER BY rowid DESC LIMIT :most)
    UNION
    SELECT rowid FROM (SELECT rowid FROM part_index WHERE part_index MATCH :part ORDER BY rowid DESC LIMIT :most))
ORDER BY max(coalesce(heard_at, 0), coalesce(answered_at, 0), created_at) DESC LIMIT :limit

-- name: search_texts (the index gives the newest first)
SELECT * FROM message WHERE id IN (
    SELECT rowid FROM text_index WHERE text_index MATCH :words ORDER BY rowid DESC LIMIT :limit)
AND coalesce(status, '') NOT IN ('cancelled', 'draft') ORDER BY id DESC

-- name: open_of
SELECT * FROM conversation WHERE assignee IS :user AND stage = 'open' ORDER BY heard_at LIMIT :limit

-- name: count_open_of
SELECT count(*) FROM conversation WHERE assignee IS :user AND stage = 'open'

-- name: decisions (what only a person's word moves on: drafts, and what could not be found out)
SELECT * FROM message WHERE id IN (
    SELECT id FROM message INDEXED BY message_draft WHERE status = 'draft'
    UNION ALL SELECT id FROM message INDEXED BY message_unknown WHERE status = 'unknown' AND failure IS NOT NULL)
AND settled_by IS NULL AND again_key IS NULL ORDER BY id LIMIT :limit

-- name: count_decisions
SELECT count(*) FROM message WHERE id IN (
    SELECT id FROM message INDEXED BY message_draft WHERE status = 'draft'
    UNION ALL SELECT id FROM message INDEXED BY message_unknown WHERE status = 'unknown' AND failure IS NOT NULL)
AND settled_by IS NULL AND again_key IS NULL

-- name: last_texts
SELECT * FROM message WHERE conversation_id = :id ORDER BY round DESC, id DESC LIMIT :limit

-- name: channel_modes
SELECT channel, mode FROM channel_mode ORDER BY channel

-- name: last_moments (of the last texts only: no table is read whole for it)
SELECT max(CASE WHEN direction = 'inbound' THEN created_at END) AS heard_at,
    max(CASE WHEN status IN ('sent', 'delivered', 'failed') THEN tried_at END) AS sent_at
FROM (SELECT direction, status, created_at, tried_at FROM message ORDER BY id DESC LIMIT 1000)

-- name: owed_now
SELECT count(*) AS count, min(created_at) AS since FROM (
    SELECT created_at FROM effect WHERE state = 'owed'
    UNION ALL SELECT created_at FROM effect WHERE state IN ('sending', 'unknown'))

-- name: move_conversation (a conversation that has no thread yet keeps the former one that it has)
UPDATE conversation SET former_channel = CASE WHEN thread_ts IS NULL THEN former_channel ELSE channel END,
    former_ts = coalesce(thread_ts, former_ts), channel = :channel, thread_ts = NULL
WHERE id = :id

-- name: leave_lines
UPDATE shown SET channel = :channel WHERE conversation_id = :id AND channel IS NULL AND ts IS NOT NULL

-- name: move_lane
UPDATE effect SET pace = :new WHERE lane = :lane AND state = 'owed' AND pace = :old

-- name: is_busy
SELECT 1 FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown') LIMIT 1

-- name: moves_waiting (before everything else: their rank is -1)
SELECT * FROM effect WHERE lane = :lane AND state = 'owed' AND rank < 0 AND kind = 'move'

-- name: has_thread
SELECT 1 FROM thread WHERE ts = :ts LIMIT 1

-- name: repace
UPDATE effect SET pace = :pace WHERE id = :id

-- name: release_places (a limit is followed by a calm that is longer than it)
UPDATE pace SET not_before = :now WHERE key LIKE 'post:%' AND not_before > :now AND calm_until <= not_before

-- name: first_text
SELECT * FROM message WHERE conversation_id = :id ORDER BY round, id LIMIT 1

-- name: open_questions
SELECT * FROM message WHERE conversation_id = :id
    AND (status = 'draft' OR (status = 'unknown' AND failure IS NOT NULL)) AND settled_by IS NULL ORDER BY id

-- name: rename_conversations
UPDATE conversation SET channel = :new WHERE channel = :old

-- name: rename_former
UPDATE conversation SET former_channel = :new WHERE former_channel = :old

-- name: rename_threads
INSERT INTO thread (channel, ts, conversation_id)
SELECT :new, ts, conversation_id FROM thread WHERE channel = :old ON CONFLICT DO NOTHING

-- name: drop_old_threads
DELETE FROM thread WHERE channel = :old

-- name: rename_messages
UPDATE message SET channel = :new WHERE channel = :old AND ts IS NOT NULL

-- name: rename_shown
UPDATE shown SET channel = :new WHERE channel = :old

-- name: rename_marks (of texts that may still change)
UPDATE OR IGNORE shown SET subject = 'mark:' || :new || substr(subject, length('mark:' || :old) + 1)
WHERE (conversation_id, subject) IN (
    SELECT conversation_id, 'mark:' || :old || ':' || ts FROM message
    WHERE created_at >= :since AND channel = :old AND ts IS NOT NULL)

-- name: rename_leaving (lines that name the thread they stand in)
UPDATE OR IGNORE shown SET subject = replace(subject, ':' || :old || ':', ':' || :new || ':')
WHERE conversation_id IN (SELECT id FROM conversation WHERE former_ts IS NOT NULL)
    AND subject >= 'leaving:' || :old || ':' AND subject < 'leaving:' || :old || ';'

-- name: rename_lanes
UPDATE lane SET pace = :new_pace, queue = CASE queue WHEN :old_pace THEN :new_pace ELSE queue END WHERE pace = :old_pace

-- name: rename_effects
UPDATE effect SET pace = :new_pace WHERE pace = :old_pace

-- name: rename_subjects
UPDATE effect SET subject = replace(subject, ':' || :old || ':', ':' || :new || ':')
WHERE subject LIKE '%:' || :old || ':%'

-- name: rename_pace
INSERT INTO pace (key, not_before, calm_until)
SELECT :new_pace, not_before, calm_until FROM pace WHERE key = :old_pace
ON CONFLICT (key) DO UPDATE SET not_before = max(not_before, excluded.not_before),
    calm_until = max(calm_until, excluded.calm_until)

-- name: drop_old_pace
DELETE FROM pace WHERE key = :old_pace

-- name: rename_modes
INSERT INTO channel_mode (channel, mode, author, at)
SELECT :new, mode, author, at FROM channel_mode WHERE channel = :old ON CONFLICT DO NOTHING

-- name: drop_old_mode
DELETE FROM channel_mode WHERE channel = :old

-- name: rename_routes
UPDATE route SET channel = :new WHERE channel = :old

-- name: rename_waves
UPDATE wave SET channel = :new WHERE channel = :old

-- name: rename_strays
UPDATE stray SET subject = :new || substr(subject, length(:old) + 1) WHERE subject LIKE :old || ':%'

-- name: rename_values
UPDATE fact SET value = :new WHERE value = :old

-- name: rename_facts
UPDATE OR IGNORE fact SET name = replace(name, :old, :new) WHERE name LIKE '%' || :old || '%'

-- name: rename_events (those that may still come again)
UPDATE OR IGNORE event SET id = :new || substr(id, length(:old) + 1)
WHERE source = :source AND id >= :old || ':' AND id < :old || ';' AND at >= :since
