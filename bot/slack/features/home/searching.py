"""Searching: what was typed into a search is read, looked up and gathered, for Home and for `/volt search`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from bot.bridge.conversations.queries import conversations_of_contact
from bot.domain.conversation import Conversation
from bot.domain.errors import CallFailed, InvalidNumber
from bot.domain.ids import UserId
from bot.domain.own_numbers import number_of
from bot.domain.phone import E164
from bot.domain.searches import ALL_TIME, SearchFilter
from bot.domain.text import truncate
from bot.domain.timestamps import Micros, to_micros
from bot.parsing.phone_numbers import read_number
from bot.parsing.search_terms import SearchTerms, UnreadableSearch, read_search
from bot.slack.context import Context, UserError
from bot.slack.features.home.view import MAX_FOUND, MAX_SEARCH_CHARS, Found
from bot.slack.features.kit.contact_ref import ContactLabels, contact_labels
from bot.slack.features.kit.time_zone import zone_of
from bot.slack.json_fields import dict_of, str_of
from bot.time_of_day import utc_now

_MENTION = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_DATES = re.compile(r"\b(?:from|to):", re.IGNORECASE)


async def find(context: Context, user: UserId, typed: str, *, is_manager: bool) -> Found:
    """Search; what cannot be read is said in the results. Raises StoreUnavailable."""
    typed = truncate(" ".join(typed.split()), MAX_SEARCH_CHARS)
    try:
        terms, narrowed = await _read(context, user, typed)
    except UserError as mistake:
        return Found(typed, fault=str(mistake))
    words, read_model = terms.words, context.read_model
    contacts = list(await read_model.search_contacts(words, MAX_FOUND + 1, narrowed))
    hits = await read_model.search_texts(words, MAX_FOUND + 1, narrowed) if words else []
    kept = next((one for one in await read_model.searches_of(user) if one.query == typed), None)
    may_drop = kept is not None and (kept.owner == user or is_manager)
    found = Found(typed, contacts, hits, sought=words, kept=kept, may_drop=may_drop)
    number = _number_in(context, words) if narrowed.is_empty else None
    if number is None:
        return found
    known = await context.units.run(conversations_of_contact, number)
    others = [other for other in contacts if other.id not in {conversation.id for conversation in known}]
    return replace(found, contacts=[*known, *others], number=None if known else number)


def conversations_in(found: Found) -> list[Conversation]:
    """List the conversations that a search shows."""
    return [*found.contacts[:MAX_FOUND], *(hit.conversation for hit in found.hits[:MAX_FOUND])]


async def labels_with_tags(context: Context, shown: Sequence[Conversation]) -> ContactLabels:
    """Return how contacts are labelled, with the tags of the conversations that are shown."""
    tags = await context.read_model.tags_of([conversation.id for conversation in shown])
    return replace(contact_labels(context), tags=tags)


async def _read(context: Context, user: UserId, typed: str) -> tuple[SearchTerms, SearchFilter]:
    """Read what was typed. Raises UserError in plain text."""
    zone: tzinfo = await _zone_of(context, user) if _DATES.search(typed) else UTC
    today = utc_now().astimezone(zone).date()
    try:
        terms = read_search(typed, today)
    except UnreadableSearch as error:
        raise UserError(str(error), has_usage=False) from None
    return terms, SearchFilter(
        terms.tags,
        await _person(context, user, terms.person) if terms.person else None,
        terms.stage,
        _begin_of(terms.since, zone) if terms.since else Micros(0),
        _begin_of(terms.until + timedelta(days=1), zone) if terms.until and terms.until < today else ALL_TIME,
    )


async def _zone_of(context: Context, user: UserId) -> tzinfo:
    try:
        return await zone_of(context, user)
    except (CallFailed, UserError):
        words = "Slack does not say just now which time zone you are in. Search without from: and to:."
        raise UserError(words) from None


def _begin_of(day: date, zone: tzinfo) -> Micros:
    return to_micros(datetime.combine(day, time(), zone))


async def _person(context: Context, user: UserId, typed: str) -> UserId:
    """Find whom a search names, among those who have conversations or wrote texts. Raises UserError."""
    if mention := _MENTION.fullmatch(typed):
        return UserId(mention[1])
    name = _plain(typed.removeprefix("@"))
    if name == "me":
        return user
    found = [one for one in await context.read_model.people() if name and name in await _names_of(context, one)]
    if len(found) == 1:
        return found[0]
    shown = truncate(typed, 40)
    if found:
        raise UserError(f"Several people are called {shown}. Write the whole name of their profile, without spaces.")
    raise UserError(f"{shown} has no conversation here and wrote no text. Write with:@name, or with:me for yourself.")


async def _names_of(context: Context, user: UserId) -> set[str]:
    try:
        person = await context.ui.cached_user(user)
    except CallFailed:
        return set()
    return _names_in(person)


def _names_in(person: Mapping[str, Any]) -> set[str]:
    """List what somebody may be called: the whole names without spaces, and the first words of them."""
    profile = dict_of(person.get("profile"))
    given = (person.get("name"), person.get("real_name"), profile.get("display_name"), profile.get("real_name"))
    names = [name for value in given if (name := str_of(value).strip())]
    return {_plain(name) for name in names} | {_plain(name.split()[0]) for name in names}


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def _number_in(context: Context, words: str) -> E164 | None:
    """Read a number that can be texted; None for anything else."""
    try:
        number = read_number(words, context.region)
    except InvalidNumber:
        return None
    return number if number != number_of(context.account) else None
