"""What can be done about a conversation from its thread: by the header's buttons, by a shortcut, by `@volt` and a word.

Slash commands do not work in threads; so each of these is reachable in all three ways.
"""

import difflib
from collections.abc import Callable

from bot.bridge import desk as wishes
from bot.bridge.renaming import known_as
from bot.bridge.saying import header_of
from bot.domain.conversation import Conversation, Mode
from bot.domain.ids import ConversationId, UserId
from bot.domain.text import head
from bot.ledger import Ledger
from bot.slack import header
from bot.slack.asked import Asked
from bot.slack.blocks import View, plain
from bot.slack.desk import Act, Desk, Mistake, Modal, Option, Outcome, Part
from bot.slack.history import of_conversation
from bot.slack.inert import escape
from bot.slack.modals import boxes, choices, form, question
from bot.slack.moving import MOVE_FORM, ask_channel, conversation_in_form, move, move_by_word
from bot.slack.people import open_contact_modal
from bot.slack.schedule import open_schedule_modal
from bot.slack.templates import open_template_modal

ASSIGN_FORM, MODE_FORM, SHORTCUT = "assign_form", "mode_form", "conversation"

NO_THREAD = "This is not the thread of a contact. Use it in the thread under a contact's name."
HOW = (
    "In a thread write *@volt assign*, *assign @somebody*, *unassign*, *close*, *reopen*, *mode auto*, *move #channel*"
    " or *help*."
)
MOVE, ASSIGN = "move", "assign"
SLACKBOT = "USLACKBOT"
"""An app of Slack's own, which is not marked as one."""

NOBODY = "nobody"

Wish = Callable[[Ledger, ConversationId, UserId], bool]


def _wished(unit: Wish, words: str) -> Act:
    async def act(desk: Desk, asked: Asked) -> View | None:
        conversation_id = conversation_of(asked)
        done = await desk.store.run(lambda ledger: unit(ledger, conversation_id, asked.user))
        return None if done else View(words, [])

    return act


def conversation_of(asked: Asked) -> ConversationId:
    """Read which conversation a button is about. Raises Mistake."""
    number = asked.value.rpartition(":")[2]
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise Mistake("This is out of date. Please use the newest message of the thread.", has_usage=False)
    return ConversationId(int(number))


def had_by(asked: Asked) -> UserId | None:
    """Read who had the conversation when the button was made."""
    return UserId("".join(asked.value.split(":")[-2:-1])) or None


async def here(desk: Desk, asked: Asked) -> Conversation:
    """Find the conversation whose thread somebody is in. Raises Mistake."""
    channel, thread_ts = asked.channel, asked.thread_ts
    found = None
    if channel is not None and thread_ts is not None:
        found = await desk.store.run(lambda ledger: ledger.conversation_at(known_as(ledger, channel), thread_ts))
    if found is None:
        raise Mistake(NO_THREAD, has_usage=False)
    return found


# --- by button


async def more(desk: Desk, asked: Asked) -> View | None:
    """Act on what was picked behind More."""
    act = _MENU.get(asked.value.partition(":")[0])
    if act is None:
        raise Mistake("This is out of date. Please use the newest message of the thread.", has_usage=False)
    return await act(desk, asked)


async def assign_to_me(desk: Desk, asked: Asked) -> View | None:
    """Give a conversation to who pressed, unless somebody was faster."""
    conversation_id, seen = conversation_of(asked), had_by(asked)
    had = await desk.store.run(lambda ledger: wishes.take(ledger, conversation_id, asked.user, seen=seen))
    if had == asked.user:
        return View("It is yours already.", [])
    return None if had in (None, seen) else View(f"<@{had}> has this conversation already.", [])


async def unassign(desk: Desk, asked: Asked) -> View | None:
    """Let nobody have a conversation, unless it went to somebody else meanwhile."""
    conversation_id, seen = conversation_of(asked), had_by(asked)
    had = await desk.store.run(lambda ledger: wishes.unassign(ledger, conversation_id, asked.user, seen=seen))
    if had is None:
        return View("Nobody has this conversation any more.", [])
    return None if seen in (None, had) else View(f"<@{had}> has this conversation by now, so nothing was changed.", [])


async def ask_assignee(desk: Desk, asked: Asked) -> None:
    """Open the form that gives a conversation to a colleague, or to nobody."""
    conversation_id = conversation_of(asked)
    has = await desk.store.run(lambda ledger: ledger.conversation(conversation_id).assignee)
    await desk.surfaces.open_modal(asked.trigger_id, assign_form(conversation_id, is_assigned=has is not None))


def assign_form(conversation_id: ConversationId, *, is_assigned: bool) -> Modal:
    """The form that gives a conversation to a colleague; to nobody where somebody has it."""
    picker = {"type": "users_select", "placeholder": plain("A colleague")}
    blocks = [question("user", "Who should look after it", picker, is_needed=not is_assigned)]
    if is_assigned:
        nobody = Option("Nobody should look after it", NOBODY)
        blocks.append(question(NOBODY, "Unassign", boxes(nobody), is_needed=False))
    return form(ASSIGN_FORM, "Assign", "Save", blocks, metadata=str(conversation_id))


async def assign_to(desk: Desk, asked: Asked) -> Outcome:
    """Give a conversation to the colleague who was picked, or to nobody."""
    conversation_id, to = conversation_in_form(asked), UserId(asked.form.text("user"))
    is_nobody = bool(asked.form.choices(NOBODY))
    if to and is_nobody:
        raise Mistake("Choose a colleague or nobody, not both.", block="user")
    if is_nobody:
        await desk.store.run(lambda ledger: wishes.unassign(ledger, conversation_id, asked.user))
        return None
    if not to:
        raise Mistake("Choose a colleague.", block="user")
    await only_colleagues(desk, to, block="user")
    await desk.store.run(lambda ledger: wishes.assign(ledger, conversation_id, asked.user, to=to))
    return None


async def only_colleagues(desk: Desk, user: UserId, *, block: str = "") -> None:
    """Refuse who cannot look after anything: Slack's menus offer apps too. Raises Mistake."""
    person = {"is_bot": True} if user == SLACKBOT else await desk.surfaces.person(user)
    if person.get("is_bot"):
        raise Mistake("This is an app, not a colleague.", block=block, has_usage=False)
    if person.get("deleted"):
        raise Mistake("This account is switched off.", block=block, has_usage=False)


async def ask_mode(desk: Desk, asked: Asked) -> None:
    """Open the form that says what becomes of replies in one thread."""
    conversation_id = conversation_of(asked)
    now = await desk.store.run(lambda ledger: ledger.conversation(conversation_id).mode)
    await desk.surfaces.open_modal(asked.trigger_id, mode_form(conversation_id, now))


def mode_form(conversation_id: ConversationId, now: Mode | None) -> Modal:
    """The form for the mode of one thread."""
    follow = Option("as the channel", "channel", "Whatever its channel does")
    own = [Option(word, mode.value, words) for mode, (word, words) in header.MODE_WORDS.items()]
    element = choices([follow, *own], picked=now.value if now else follow.value)
    block = question("mode", "What is texted from this thread", element)
    return form(MODE_FORM, "What is texted", "Save", [block], metadata=str(conversation_id))


async def change_mode(desk: Desk, asked: Asked) -> Outcome:
    """Take in the mode that was picked."""
    conversation_id, picked = conversation_in_form(asked), asked.form.choice("mode")
    if picked not in ("channel", *(mode.value for mode in Mode)):
        raise Mistake("Choose one.", block="mode")
    mode = None if picked == "channel" else Mode(picked)
    await desk.store.run(lambda ledger: wishes.set_mode(ledger, conversation_id, mode, asked.user))
    return None


# --- by shortcut and by word


async def offer(desk: Desk, asked: Asked) -> View:
    """Show everything that can be done about the conversation of a thread, to the one who asked."""
    return await _everything(desk, (await here(desk, asked)).id)


async def _everything(desk: Desk, conversation_id: ConversationId) -> View:
    about = await desk.store.run(lambda ledger: header_of(ledger, ledger.conversation(conversation_id)))
    block = header.card(about, desk.views.number)
    words = header.header_view(about, desk.views.number, desk.views.link).text
    return View(words, [block, *header.all_actions(about)])


async def everything(desk: Desk, asked: Asked) -> View:
    """Show everything that can be done about a conversation, to the one who asked."""
    return await _everything(desk, conversation_of(asked))


async def by_word(desk: Desk, asked: Asked, words: str) -> View | None:
    """Act on what somebody wrote to the bot in a thread."""
    word, _, rest = words.strip().partition(" ")
    if word.lower() in ("", "help"):
        return await offer(desk, asked)
    conversation = await here(desk, asked)
    if word.lower() == MOVE:
        return await move_by_word(desk, asked, conversation.id, rest.strip())
    act = _WORDS.get(word.lower())
    if act is None:
        near = difflib.get_close_matches(word.lower(), (*_WORDS, MOVE), n=1)
        guess = f" Did you mean *{near[0]}*?" if near else ""
        raise Mistake(f"I do not know *{escape(head(word, 40))}*.{guess} Nothing was texted. {HOW}", has_usage=False)
    if word.lower() == ASSIGN and rest.strip():
        await only_colleagues(desk, _mentioned(rest))
    done = await desk.store.run(lambda ledger: act(ledger, conversation.id, asked.user, rest.strip()))
    return None if done else View("It stands like that already. Nothing was changed.", [])


def _mentioned(rest: str) -> UserId:
    """Read who is mentioned. Raises Mistake."""
    start, _, words = rest.strip().partition("<@")
    to = words.partition(">")[0].partition("|")[0]
    if start or not to.isalnum():
        raise Mistake("Mention whom to give it to: *@volt assign @somebody*.", has_usage=False)
    return UserId(to)


def _assign_by_word(ledger: Ledger, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    return wishes.assign(ledger, conversation_id, user, to=_mentioned(rest) if rest else None)


def _mode_by_word(ledger: Ledger, conversation_id: ConversationId, user: UserId, rest: str) -> bool:
    word = rest.lower()
    if word not in ("channel", *(mode.value for mode in Mode)):
        raise Mistake("Write *mode auto*, *confirm*, *explicit*, *alerts* or *channel*.", has_usage=False)
    return wishes.set_mode(ledger, conversation_id, None if word == "channel" else Mode(word), user)


_WORDS: dict[str, Callable[[Ledger, ConversationId, UserId, str], bool]] = {
    ASSIGN: _assign_by_word,
    "unassign": lambda ledger, conversation_id, user, _: wishes.unassign(ledger, conversation_id, user) is not None,
    "close": lambda ledger, conversation_id, user, _: wishes.close(ledger, conversation_id, user),
    "reopen": lambda ledger, conversation_id, user, _: wishes.reopen(ledger, conversation_id, user),
    "mode": _mode_by_word,
}


async def contact(desk: Desk, asked: Asked) -> None:
    """Open the form for the contact."""
    await open_contact_modal(desk, asked, conversation_of(asked))


async def template(desk: Desk, asked: Asked) -> None:
    """Open the form that answers with a template."""
    await open_template_modal(desk, asked, conversation_of(asked))


async def schedule(desk: Desk, asked: Asked) -> None:
    """Open the form for a text that goes out later."""
    await open_schedule_modal(desk, asked, conversation_of(asked))


async def earlier(desk: Desk, asked: Asked) -> View:
    """Show all texts with the contact."""
    return await of_conversation(desk, asked, conversation_of(asked))


async def ask_where(desk: Desk, asked: Asked) -> None:
    """Open the form that moves a conversation to another channel."""
    await ask_channel(desk, asked, conversation_of(asked))


_ACTIONS: dict[str, Act] = {
    header.ASSIGN: assign_to_me,
    header.CLOSE: _wished(wishes.close, "It is closed already."),
    header.REOPEN: _wished(wishes.reopen, "It is open already."),
    header.CONTACT: contact,
    header.TEMPLATE: template,
    header.SCHEDULE: schedule,
}

_MENU: dict[str, Act] = _ACTIONS | {
    header.UNASSIGN: unassign,
    header.ASSIGN_TO: ask_assignee,
    header.MODE: ask_mode,
    header.HISTORY: earlier,
    header.MOVE: ask_where,
    header.ALL: everything,
}

PART = Part(
    actions=_ACTIONS | {header.MORE: more},
    submissions={ASSIGN_FORM: assign_to, MODE_FORM: change_mode, MOVE_FORM: move},
    shortcuts={SHORTCUT: offer},
)
