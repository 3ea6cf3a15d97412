"""Power loss: the real schema, statements, engine and store on a disk that forgets what was not synced."""
