"""Slack's message events, as values of the domain.

Reads a closed list of shapes; everything else is None: other apps, workflows, joins, unfurls, counters, and whatever
Slack may add. Every field is optional and may have any type, so nothing raises here.
Shapes: https://docs.slack.dev/reference/events/message. Slack drops the subtype `message_replied` on the way, so a
reply is recognized by its thread_ts alone. What stands in a channel itself is read as well: it counts in the channels
that are one contact's own, and nowhere else.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.ids import ChannelId, MessageTs, UserId, micros
from bot.domain.thread_events import (
    Archiving,
    Deletion,
    Echo,
    Edit,
    Renaming,
    Reply,
    SlackEvent,
    SlackFile,
    UndoReaction,
)
from bot.domain.timestamps import Micros
from bot.slack.events.beside_text import all_pieces, own_pieces
from bot.slack.events.slack_files import file_of
from bot.slack.json_fields import dict_of, dicts_of, str_of
from bot.slack.text.rich_text import is_note

OWN_EVENT_TYPE = "volt_text"
"""Metadata event_type of our posts; their keys are in its event_payload under "keys"."""

UNDO_REACTIONS = ("leftwards_arrow_with_hook", "hourglass_flowing_sand")
"""Reactions that ask to undo a reply. The second is ours while the reply waits: one click adds to it."""

REPLY_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of what a person wrote; all others are Slack's, or another app's."""

_BOT_MARKS = ("bot_id", "app_id", "bot_profile")
_SLACKBOT = "USLACKBOT"
_TS = re.compile("[0-9]{1,12}[.][0-9]{1,6}")
_CHANNEL = re.compile("[CGD][A-Z0-9]{2,20}")


def parse_event(
    body: Mapping[str, Any],
    own_bot_id: str,
    own_app_id: str,
    own_user_id: str = "",
    own_teams: Collection[str] = (),
) -> SlackEvent | None:
    """Parse the JSON body of an event request; None for anything the bridge does not act on.

    `own_teams` are the ids of the workspace and its organization, beside those that the request names itself.
    """
    envelope = dict_of(body)
    event_id, event = str_of(envelope.get("event_id")), dict_of(envelope.get("event"))
    match event.get("type"):
        case "reaction_added":
            return _parse_reaction(event_id, event)
        case "channel_id_changed":
            return _parse_renaming(event_id, event)
        case "channel_archive" | "group_archive" | "channel_unarchive" | "group_unarchive":
            return _parse_archiving(event_id, event)
        case "message":
            read = _parse_message(event_id, event, own_bot_id, own_app_id)
            if not isinstance(read, (Reply, Edit)):
                return read
            heads = [head for head in _heads(event) if head and own_user_id]
            is_under_ours = own_user_id in heads
            is_shared = bool(envelope.get("is_ext_shared_channel"))
            outside_team = _outside_team(event, {*own_teams, *installed_in(envelope)}) if is_shared else ""
            is_under_others = bool(heads) and not is_under_ours
            return replace(
                read, is_under_ours=is_under_ours, is_under_others=is_under_others, outside_team=outside_team
            )
    return None


def channel_of(envelope: Mapping[str, Any]) -> ChannelId | None:
    """Read the channel in which an event happened, or that it is about; None for what happened in none."""
    event = dict_of(envelope.get("event"))
    places = (event.get("channel"), dict_of(event.get("item")).get("channel"), event.get("old_channel_id"))
    return next((ChannelId(place) for place in places if isinstance(place, str) and place), None)


def installed_in(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the workspaces and organizations that a request names as installations."""
    for grant in dicts_of(envelope.get("authorizations")):
        yield from filter(None, (str_of(grant.get("team_id")), str_of(grant.get("enterprise_id"))))


def _outside_team(event: Mapping[str, Any], own_teams: Collection[str]) -> str:
    """Read the team of an author who belongs to none of our workspaces; "" for ours, or if Slack names none."""
    message = dict_of(event.get("message")) or event
    team = str_of(message.get("user_team")) or str_of(message.get("source_team"))
    return team if own_teams and team not in own_teams else ""


def _heads(event: dict[str, Any]) -> tuple[object, object]:
    """Read the author of the thread's header; Slack names it in the message itself, or not at all."""
    return event.get("parent_user_id"), dict_of(event.get("message")).get("parent_user_id")


def _parse_message(event_id: str, event: dict[str, Any], own_bot_id: str, own_app_id: str) -> SlackEvent | None:
    channel = ChannelId(str_of(event.get("channel")))
    if not channel:
        return None
    match event.get("subtype"):
        case "message_changed":
            return _parse_change(event_id, channel, event)
        case "message_deleted":
            return _deletion(event_id, channel, event.get("deleted_ts"))
    if _is_from(event, own_bot_id, own_app_id):
        return _parse_own(channel, event)
    return _parse_reply(event_id, channel, event)


def read_history(
    message: Mapping[str, Any], channel: ChannelId, own_teams: Collection[str] = ()
) -> list[Reply | Edit | Deletion]:
    """Parse one message of a thread's history as the events that would have brought it: a reply, and its edit.

    History does not say whether a channel is shared with another company: who is of no team of ours counts as outside.
    """
    ts = ts_of(message.get("ts"))
    if not ts:
        return []
    event = {**message, "type": "message", "channel": channel}
    written = _parse_reply(f"history:{channel}:{ts}", channel, event)
    edited = _parse_change("", channel, {"message": event, "previous_message": {}}) if event.get("edited") else None
    outside_team = _outside_team(message, own_teams)
    return [
        replace(parsed, outside_team=outside_team) if isinstance(parsed, (Reply, Edit)) else parsed
        for parsed in (written, edited)
        if parsed is not None
    ]


def _parse_reply(event_id: str, channel: ChannelId, event: dict[str, Any]) -> Reply | None:
    ts, thread_ts = ts_of(event.get("ts")), _thread_of(event)
    subtype, author = event.get("subtype"), _author(event)
    if subtype not in REPLY_SUBTYPES or not ts or author is None or not _has_known_place(event):
        return None
    whole = all_pieces(event)
    return Reply(
        event_id=event_id,
        channel=channel,
        thread_ts=thread_ts,
        ts=ts,
        author=author,
        pieces=whole or (),
        is_note=is_note(own_pieces(event)),
        client_msg_id=str_of(event.get("client_msg_id")),
        has_files=whole is not None and (bool(event.get("files")) or subtype == "file_share"),
        files=() if whole is None else _files(event),
    )


def _parse_change(event_id: str, channel: ChannelId, event: dict[str, Any]) -> Edit | Deletion | None:
    """Tell a person's edit from changes that are none: unfurls, reply counters, language detection."""
    message, previous = dict_of(event.get("message")), dict_of(event.get("previous_message"))
    if message.get("subtype") == "tombstone":
        return _deletion(event_id, channel, message.get("ts"))
    edited = dict_of(message.get("edited"))
    ts, edited_ts, author = ts_of(message.get("ts")), ts_of(edited.get("ts")), _author(message)
    if not ts or not edited_ts or author is None or not _differ(message, previous):
        return None
    whole, thread_ts = all_pieces(message), _thread_of(message)
    files = () if whole is None else _files(message)  # with what cannot be texted nothing is
    is_kept = is_note(own_pieces(message))
    return Edit(event_id, channel, ts, edited_ts, whole or (), author, thread_ts, is_kept, files)


def _thread_of(message: dict[str, Any]) -> MessageTs | None:
    """Read the thread that a message is a reply in; None for what stands in the channel itself, with replies or not."""
    thread_ts = ts_of(message.get("thread_ts"))
    return None if thread_ts == ts_of(message.get("ts")) else thread_ts


def _has_known_place(event: dict[str, Any]) -> bool:
    """Tell whether a message says in a way that we know where it stands: in a thread, or in none."""
    thread_ts = event.get("thread_ts")
    return thread_ts is None or ts_of(thread_ts) is not None


def _differ(message: dict[str, Any], previous: dict[str, Any]) -> bool:
    is_other = any((message.get(key) or None) != (previous.get(key) or None) for key in ("text", "files", "blocks"))
    return is_other or all_pieces(message) != all_pieces(previous)


def _deletion(event_id: str, channel: ChannelId, ts: object) -> Deletion | None:
    deleted = ts_of(ts)
    return Deletion(event_id, channel, deleted) if deleted else None


def _parse_reaction(event_id: str, event: dict[str, Any]) -> UndoReaction | None:
    item, author = dict_of(event.get("item")), _author(event)
    channel, ts = ChannelId(str_of(item.get("channel"))), ts_of(item.get("ts"))
    if event.get("reaction") not in UNDO_REACTIONS or item.get("type") != "message" or author is None:
        return None
    return UndoReaction(event_id, channel, ts, author, str_of(event.get("event_ts"))) if channel and ts else None


def _parse_renaming(event_id: str, event: dict[str, Any]) -> Renaming | None:
    old, new = str_of(event.get("old_channel_id")), str_of(event.get("new_channel_id"))
    are_ids = _CHANNEL.fullmatch(old) and _CHANNEL.fullmatch(new) and old != new
    return Renaming(event_id, ChannelId(old), ChannelId(new)) if are_ids else None


def _parse_archiving(event_id: str, event: dict[str, Any]) -> Archiving | None:
    """Read who has archived or unarchived a channel; of private ones Slack says it by another name, or not at all."""
    channel, author = str_of(event.get("channel")), str_of(event.get("user")) or str_of(event.get("actor_id"))
    is_undone = str_of(event.get("type")).endswith("unarchive")
    at = _time_of(str_of(event.get("event_ts")))
    return Archiving(event_id, ChannelId(channel), UserId(author), at, is_undone) if channel else None


def _time_of(ts: str) -> Micros | None:
    try:
        return Micros(micros(MessageTs(ts)))
    except ValueError:
        return None


def _parse_own(channel: ChannelId, event: dict[str, Any]) -> Echo | None:
    metadata = dict_of(event.get("metadata"))
    keys = dict_of(metadata.get("event_payload")).get("keys")
    ts = ts_of(event.get("ts"))
    if metadata.get("event_type") != OWN_EVENT_TYPE or not isinstance(keys, list) or not ts:
        return None
    known = tuple(key for key in keys if isinstance(key, str) and key)
    return Echo(channel, ts, known) if known else None


def _is_from(event: dict[str, Any], own_bot_id: str, own_app_id: str) -> bool:
    """Tell whether a post is ours; a missing id never equals an id that is not known yet.

    In a channel that two workspaces share, the app posts as two bots; only its bot tells whose post it is.
    """
    if own_bot_id and event.get("bot_id"):
        return bool(event.get("bot_id") == own_bot_id)
    owns = ((event.get("bot_id"), own_bot_id), (event.get("app_id"), own_app_id))
    return any(own and theirs == own for theirs, own in owns)


def _author(message: dict[str, Any]) -> UserId | None:
    """Read the person who wrote a message; None for apps, workflows and Slack itself."""
    user = str_of(message.get("user"))
    is_person = user and user != _SLACKBOT and not any(message.get(mark) for mark in _BOT_MARKS)
    return UserId(user) if is_person else None


def _files(message: dict[str, Any]) -> tuple[SlackFile, ...]:
    return tuple(file for shape in dicts_of(message.get("files")) if (file := file_of(shape)) is not None)


def ts_of(value: object) -> MessageTs | None:
    """Read a Slack ts; None for anything else."""
    return MessageTs(value) if isinstance(value, str) and _TS.fullmatch(value) else None


def teams_of(identity: Mapping[str, Any]) -> frozenset[str]:
    """Read the ids of the workspace and its organization in the answer of auth.test."""
    return frozenset(filter(None, (str_of(identity.get("team_id")), str_of(identity.get("enterprise_id")))))


def name_of(person: Mapping[str, Any]) -> str:
    """Read a person's name in Slack; "" if Slack gives none."""
    profile = dict_of(person.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), person.get("real_name"), person.get("name"))
    return next((name for value in names if (name := str_of(value).strip())), "")
