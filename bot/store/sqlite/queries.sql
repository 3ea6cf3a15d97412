-- Statements that SQLite alone understands; all others stand in bot/store/sql/queries.sql.

-- === Search, by the full-text indexes

-- name: search_contacts (of more than :most that match, the newest)
SELECT {conversation} FROM conversation WHERE id IN (
    SELECT rowid FROM (SELECT name_index.rowid FROM name_index CROSS JOIN conversation AS own
        ON own.id = name_index.rowid AND own.workspace = :workspace
        WHERE name_index MATCH :words ORDER BY name_index.rowid DESC LIMIT :most)
    UNION
    SELECT rowid FROM (SELECT part_index.rowid FROM part_index CROSS JOIN conversation AS own
        ON own.id = part_index.rowid AND own.workspace = :workspace
        WHERE part_index MATCH :part ORDER BY part_index.rowid DESC LIMIT :most))
AND {filtered}
ORDER BY max(coalesce(last_inbound_at, 0), coalesce(last_outbound_at, 0), created_at) DESC LIMIT :limit

-- name: search_messages (the index gives the newest first)
SELECT {message} FROM message WHERE id IN (
    SELECT text_index.rowid FROM text_index CROSS JOIN message AS own
        ON own.id = text_index.rowid AND own.workspace = :workspace
    WHERE text_index MATCH :words ORDER BY text_index.rowid DESC LIMIT :limit)
AND coalesce(status, '') NOT IN ('cancelled', 'draft') ORDER BY id DESC

-- name: texts_with
SELECT {message} FROM message WHERE id IN (
    SELECT text_index.rowid FROM text_index CROSS JOIN message AS own
        ON own.id = text_index.rowid AND own.workspace = :workspace
    WHERE text_index MATCH :words) ORDER BY id

-- name: search_messages_narrowed (the index gives the newest first)
SELECT {message} FROM message WHERE id IN (
    SELECT text_index.rowid FROM text_index CROSS JOIN message AS own
        ON own.id = text_index.rowid AND own.workspace = :workspace
        AND own.created_at >= :since AND own.created_at < :until
        AND coalesce(own.status, '') NOT IN ('cancelled', 'draft')
    CROSS JOIN conversation ON conversation.id = own.conversation_id AND {filtered}
    WHERE text_index MATCH :words ORDER BY text_index.rowid DESC LIMIT :limit)
ORDER BY id DESC

-- === Erasure of a person: the search indexes are written anew, a few pages at a time

-- name: merge_name_index (whole database)
INSERT INTO name_index (name_index, rank) VALUES ('merge', :pages)

-- name: merge_part_index (whole database)
INSERT INTO part_index (part_index, rank) VALUES ('merge', :pages)

-- name: merge_text_index (whole database)
INSERT INTO text_index (text_index, rank) VALUES ('merge', :pages)
