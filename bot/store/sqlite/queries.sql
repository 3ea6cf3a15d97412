-- Statements that SQLite alone understands; all others stand in bot/store/sql/queries.sql.

-- === Search, by the full-text indexes

-- name: search_contacts (of more than :most that match, the newest)
SELECT {conversation} FROM conversation WHERE id IN (
    SELECT rowid FROM (SELECT name_index.rowid FROM name_index CROSS JOIN conversation AS own
        ON own.id = name_index.rowid AND own.workspace = :workspace /* narrowed own.id */
        WHERE name_index MATCH :words ORDER BY name_index.rowid DESC LIMIT :most)
    UNION
    SELECT rowid FROM (SELECT part_index.rowid FROM part_index CROSS JOIN conversation AS own
        ON own.id = part_index.rowid AND own.workspace = :workspace /* narrowed own.id */
        WHERE part_index MATCH :part ORDER BY part_index.rowid DESC LIMIT :most))
ORDER BY max(coalesce(last_inbound_at, 0), coalesce(last_outbound_at, 0), created_at) DESC LIMIT :limit

-- name: search_messages (the index gives the newest first)
SELECT {message} FROM message WHERE id IN (
    SELECT text_index.rowid FROM text_index CROSS JOIN message AS own
        ON own.id = text_index.rowid AND own.workspace = :workspace
        AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft') /* narrowed own.conversation_id */
    WHERE text_index MATCH :words ORDER BY text_index.rowid DESC LIMIT :limit)
ORDER BY id DESC

-- name: search_messages_of (in these few conversations)
SELECT {message} FROM message WHERE id IN (
    SELECT rowid FROM text_index WHERE text_index MATCH :words AND +rowid IN (
        SELECT own.id FROM message AS own INDEXED BY message_conversation
        WHERE own.conversation_id IN (SELECT CAST(value AS BIGINT) FROM json_each(:ids))
            AND +own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
            AND coalesce(own.status, '') NOT IN ('cancelled', 'draft'))
    ORDER BY rowid DESC LIMIT :limit)
ORDER BY id DESC

-- name: search_messages_between (few texts)
SELECT {message} FROM message WHERE id IN (
    SELECT rowid FROM text_index WHERE text_index MATCH :words AND +rowid IN (
        SELECT own.id FROM message AS own INDEXED BY message_created
        WHERE own.workspace = :workspace AND own.created_at >= :since AND own.created_at < :until
            AND coalesce(own.status, '') NOT IN ('cancelled', 'draft') /* narrowed +own.conversation_id */)
    ORDER BY rowid DESC LIMIT :limit)
ORDER BY id DESC

-- name: texts_with
SELECT {message} FROM message WHERE id IN (
    SELECT text_index.rowid FROM text_index CROSS JOIN message AS own
        ON own.id = text_index.rowid AND own.workspace = :workspace
    WHERE text_index MATCH :words) ORDER BY id

-- === Erasure of a person: the search indexes are written anew, a few pages at a time

-- name: merge_name_index (whole database)
INSERT INTO name_index (name_index, rank) VALUES ('merge', :pages)

-- name: merge_part_index (whole database)
INSERT INTO part_index (part_index, rank) VALUES ('merge', :pages)

-- name: merge_text_index (whole database)
INSERT INTO text_index (text_index, rank) VALUES ('merge', :pages)
