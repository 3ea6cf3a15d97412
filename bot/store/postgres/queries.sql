-- Statements that PostgreSQL alone understands, or has to be told otherwise; all others stand in bot/store/sql/queries.sql.

-- === Search

-- name: search_contacts (of more than :most that match, the newest)
SELECT {conversation} FROM conversation WHERE id IN (
    SELECT conversation_id FROM (SELECT conversation_id FROM contact_index JOIN conversation AS own
            ON own.id = contact_index.conversation_id AND own.workspace = :workspace
        WHERE words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
        ORDER BY conversation_id DESC LIMIT :most) AS by_words
    UNION
    SELECT conversation_id FROM (SELECT conversation_id FROM contact_index JOIN conversation AS own
            ON own.id = contact_index.conversation_id AND own.workspace = :workspace
        WHERE contact_index.name LIKE lower(CAST(:name_part AS TEXT) COLLATE "default")
            OR contact_index.contact LIKE CAST(:contact_part AS TEXT)
        ORDER BY conversation_id DESC LIMIT :most) AS by_part)
ORDER BY greatest(coalesce(last_inbound_at, 0), coalesce(last_outbound_at, 0), created_at) DESC LIMIT :limit

-- name: search_messages (the newest first)
SELECT {message} FROM message WHERE id IN (
    SELECT message_id FROM text_index JOIN message AS own
        ON own.id = text_index.message_id AND own.workspace = :workspace
    WHERE words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))
    ORDER BY message_id DESC LIMIT :limit)
AND coalesce(status, '') NOT IN ('cancelled', 'draft') ORDER BY id DESC

-- name: texts_with
SELECT {message} FROM message WHERE id IN (
    SELECT message_id FROM text_index JOIN message AS own
        ON own.id = text_index.message_id AND own.workspace = :workspace
    WHERE words @@ to_tsquery('pg_catalog.simple', lower(CAST(:words AS TEXT) COLLATE "default"))) ORDER BY id

-- === Erasure of a person

-- name: forget_reply_counts (they are counted when they are asked for)
SELECT 1 WHERE CAST(:workspace AS BIGINT) IS NULL
