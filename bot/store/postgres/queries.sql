-- Statements that PostgreSQL alone understands, or has to be told otherwise; all others stand in bot/store/sql/queries.sql.

-- === Search

-- name: search_contacts (of more than :most that match, the newest)
SELECT {conversation} FROM conversation WHERE id IN (
    SELECT conversation_id FROM (SELECT conversation_id FROM contact_index JOIN conversation AS own
            ON own.id = contact_index.conversation_id AND own.workspace = :workspace /* narrowed own.id */
        WHERE words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
        ORDER BY conversation_id DESC LIMIT :most) AS by_words
    UNION
    SELECT conversation_id FROM (SELECT conversation_id FROM contact_index JOIN conversation AS own
            ON own.id = contact_index.conversation_id AND own.workspace = :workspace /* narrowed own.id */
        WHERE contact_index.name LIKE lower(CAST(:name_part AS TEXT) COLLATE "default")
            OR contact_index.contact LIKE CAST(:contact_part AS TEXT)
        ORDER BY conversation_id DESC LIMIT :most) AS by_part)
ORDER BY greatest(coalesce(last_inbound_at, 0), coalesce(last_outbound_at, 0), created_at) DESC LIMIT :limit

-- name: search_messages (the newest first: among the last ones, and where these are too few, by the index of words)
WITH newest AS MATERIALIZED (
    SELECT last.message_id FROM (
        SELECT message_id, conversation_id, words FROM text_index ORDER BY message_id DESC LIMIT 5000) AS last
    JOIN message AS own ON own.id = last.message_id
        AND own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft')
    WHERE last.words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
        /* narrowed last.conversation_id */
    ORDER BY last.message_id DESC LIMIT :limit),
found AS MATERIALIZED (
    SELECT message_id FROM text_index WHERE (SELECT count(*) FROM newest) < :limit
        AND words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
        /* narrowed text_index.conversation_id */)
SELECT {message} FROM message WHERE id IN (SELECT message_id FROM newest UNION ALL (
    SELECT found.message_id FROM found JOIN message AS own ON own.id = found.message_id
        AND own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft')
    ORDER BY found.message_id DESC LIMIT :limit))
ORDER BY id DESC LIMIT :limit

-- name: search_messages_of (in these few conversations)
SELECT {message} FROM message WHERE id IN (
    SELECT own.id FROM message AS own JOIN text_index ON text_index.message_id = own.id
    WHERE own.conversation_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids))
        AND own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft')
        AND words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
    ORDER BY own.id + 0 DESC LIMIT :limit)
ORDER BY id DESC

-- name: search_messages_between (few texts)
SELECT {message} FROM message WHERE id IN (
    SELECT own.id FROM message AS own JOIN text_index ON text_index.message_id = own.id
        AND words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
    WHERE own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft')
        /* narrowed own.conversation_id */
    ORDER BY own.id + 0 DESC LIMIT :limit)
ORDER BY id DESC

-- name: texts_with
SELECT {message} FROM message WHERE id IN (
    SELECT message_id FROM text_index JOIN message AS own
        ON own.id = text_index.message_id AND own.workspace = :workspace
    WHERE words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))) ORDER BY id

-- === Calls in flight, each claimed by the seat of the bot that makes it (:seat is that of the transaction)

-- name: own_call (by its key, and not by all that are in flight)
SELECT {entry} FROM outbox
WHERE workspace = :workspace AND key = :key AND coalesce(state, '') = 'in_flight' AND coalesce(claim, 0) = :seat

-- name: own_calls
SELECT {entry} FROM outbox WHERE workspace = :workspace AND state = 'in_flight' AND claim = :seat ORDER BY sort_key, id

-- name: mark_in_flight
UPDATE outbox SET state = 'in_flight', attempts = attempts + 1, last_attempt_at = :now, claim = :seat
WHERE +workspace = :workspace AND id = :id

-- name: set_entry_state
UPDATE outbox SET state = :state, error = :error, due_at = coalesce(:due_at, due_at), absent_since = :absent_since,
    claim = NULL
WHERE +workspace = :workspace AND id = :id

-- name: other_seats (of bots that have not ended)
SELECT id, batch FROM seat WHERE ended_at IS NULL AND id <> :seat ORDER BY id

-- name: end_seat (of a bot that was not heard of; one that is at work just now has locked its own)
UPDATE seat SET ended_at = clock_timestamp() WHERE id IN (
    SELECT id FROM seat WHERE id = :id AND batch = :batch AND ended_at IS NULL FOR UPDATE SKIP LOCKED)

-- name: count_abandoned (calls of bots that have ended)
SELECT count(*) AS count FROM outbox WHERE state = 'in_flight'
    AND claim IN (SELECT id FROM seat WHERE ended_at IS NOT NULL)

-- name: workspaces_with_work (which is due now, whoever has stored it)
SELECT workspace FROM lane WHERE due_at <= :now UNION SELECT workspace FROM inbox_event WHERE due_at <= :now

-- name: take_over_calls (of bots that have ended; no call goes out anew while a frozen bot may still make it)
UPDATE outbox SET absent_since = NULL, error = 'taken_over', claim = NULL,
    due_at = greatest(:now, last_attempt_at + coalesce((CAST(:at_work AS JSONB) ->> kind)::BIGINT, 0)),
    state = CASE WHEN kind IN (SELECT value FROM json_each(:repeatable)) OR subject = 'header'
        THEN 'pending' ELSE 'unknown' END
WHERE state = 'in_flight' AND (claim IS NULL OR claim IN (SELECT id FROM seat WHERE ended_at IS NOT NULL))
RETURNING workspace, lane

-- === Erasure of a person

-- name: forget_reply_counts (they are counted when they are asked for)
SELECT 1 WHERE CAST(:workspace AS BIGINT) IS NULL
