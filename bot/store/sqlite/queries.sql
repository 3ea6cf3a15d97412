-- Statements that SQLite alone understands; all others stand in bot/store/sql/queries.sql.

-- === Erasure of a person: the search indexes are written anew, a few pages at a time

-- name: merge_name_index (whole database)
INSERT INTO name_index (name_index, rank) VALUES ('merge', :pages)

-- name: merge_part_index (whole database)
INSERT INTO part_index (part_index, rank) VALUES ('merge', :pages)

-- name: merge_text_index (whole database)
INSERT INTO text_index (text_index, rank) VALUES ('merge', :pages)
