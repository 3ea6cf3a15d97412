-- Every statement the bot runs on its hot path. Named parameters; no dialect tricks beyond ON CONFLICT and RETURNING.

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

-- name: accounts
SELECT DISTINCT account FROM conversation

-- name: conversations_with
SELECT * FROM conversation WHERE contact = :contact ORDER BY id

-- name: save_conversation
UPDATE conversation SET name = :name, round = :round, stage = :stage, assignee = :assignee, mode = :mode,
    opted_out = :opted_out, blocked = :blocked, heard_at = :heard_at, answered_at = :answered_at
WHERE id = :id

-- name: add_message
INSERT INTO message (key, conversation_id, direction, round, status, body, pieces, media, channel, ts, part, author,
    provider_id, legacy_id, failure, again_key, settled_by, has_files, rank, created_at, tried_at, settled_at, files,
    asks, approved_by, wakes)
VALUES (:key, :conversation_id, :direction, :round, :status, :body, :pieces, :media, :channel, :ts, :part, :author,
    :provider_id, :legacy_id, :failure, :again_key, :settled_by, :has_files, :rank, :created_at, :tried_at, :settled_at,
    :files, :asks, :approved_by, :wakes)
RETURNING id

-- name: save_message
UPDATE message SET status = :status, body = :body, pieces = :pieces, media = :media, channel = :channel, ts = :ts,
    part = :part, provider_id = :provider_id, legacy_id = :legacy_id, failure = :failure, again_key = :again_key, round = :round,
    settled_by = :settled_by, has_files = :has_files, tried_at = :tried_at, settled_at = :settled_at, files = :files,
    asks = :asks, approved_by = :approved_by
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

-- name: replies_of_round
SELECT * FROM message WHERE conversation_id = :id AND round = :round AND direction = 'outbound'
    AND status <> 'cancelled' AND again_key IS NULL ORDER BY id

-- name: recent_texts
SELECT * FROM message WHERE conversation_id = :id ORDER BY id DESC LIMIT 1000

-- name: has_replies
SELECT 1 FROM message WHERE conversation_id = :id AND round = :round AND direction = 'outbound'
    AND status <> 'cancelled' AND again_key IS NULL LIMIT 1

-- name: newest_text
SELECT * FROM message WHERE conversation_id = :id ORDER BY round DESC, id DESC LIMIT 1

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
    SELECT conversation_id FROM message WHERE created_at >= :since GROUP BY conversation_id
    ORDER BY max(created_at) DESC LIMIT :limit)

-- name: shown
SELECT ts, status FROM shown WHERE conversation_id = :id AND subject = :subject

-- name: set_shown
INSERT INTO shown (conversation_id, subject, ts, status) VALUES (:id, :subject, :ts, :status)
ON CONFLICT (conversation_id, subject) DO UPDATE SET ts = :ts, status = :status

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

-- name: header_coming
SELECT 1 FROM (SELECT kind FROM effect WHERE lane = :lane AND state = 'owed' ORDER BY rank, id LIMIT 1)
    WHERE kind = 'open_thread'
UNION ALL SELECT 1 FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown') AND kind = 'open_thread' LIMIT 1

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

-- name: refresh_lane
INSERT INTO lane (name, pace, due_at, priority)
SELECT lane, pace, due_at, :priority FROM effect WHERE lane = :lane AND state = 'owed'
    AND NOT EXISTS (SELECT 1 FROM effect WHERE lane = :lane AND state IN ('sending', 'unknown'))
ORDER BY rank, id LIMIT 1
ON CONFLICT (name) DO UPDATE SET pace = excluded.pace, due_at = excluded.due_at

-- name: rest_lane
DELETE FROM lane WHERE name = :lane

-- name: add_pace
INSERT INTO pace (key) VALUES (:key) ON CONFLICT DO NOTHING

-- name: paces
SELECT key, not_before, calm_until FROM pace

-- name: hold_pace
UPDATE pace SET not_before = max(not_before, :not_before), calm_until = max(calm_until, :calm_until) WHERE key = :key

-- name: due_lanes
SELECT name FROM lane WHERE pace = :pace AND priority = :priority AND due_at <= :now ORDER BY due_at LIMIT :limit

-- name: next_due
SELECT min(due_at) FROM lane WHERE pace = :pace AND priority = :priority

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
UPDATE message SET status = 'unknown' WHERE status = 'sending'
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

-- name: known_until (the last moment that these books know of)
SELECT max((SELECT coalesce(max(at), 0) FROM calls_made), (SELECT coalesce(max(at), 0) FROM fact),
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
