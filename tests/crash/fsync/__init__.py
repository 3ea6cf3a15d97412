"""The order of system calls: an event is synced to the disk before its 200 leaves."""
