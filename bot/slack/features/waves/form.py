"""Wave form as a value: what is to be texted, to which lists, and when."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.domain.phone import E164
from bot.domain.provider_records import ListRecord
from bot.domain.text import clean
from bot.domain.timestamps import to_micros
from bot.domain.url_safety import is_web_address
from bot.domain.waves import WavePlan
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import ViewState
from bot.slack.features.kit import list_menu
from bot.slack.features.kit.capabilities import waves_of
from bot.slack.features.kit.words_to_many import words_to_many
from bot.slack.features.waves import view
from bot.time_of_day import utc_now

NOBODY_REACHED = (
    "Nobody on this list wrote within the last 24 hours, and free text reaches only those who did. Nothing was sent."
)


async def filled_in(context: Context, account: E164, form: ViewState) -> WavePlan:
    """Read the form of a wave from one of our numbers. Raises UserError with the block at fault."""
    limits = waves_of(context, account).wave_limits
    name, picture = clean(form.text(view.NAME)).strip(), _picture(form)
    if not name:
        raise UserError("Give the wave a name.", block=view.NAME)
    text = words_to_many(form, view.TEXT)
    is_draft = view.DRAFT in form.choices(view.DRAFT)
    at = _moment(form) if limits.may_wait else utc_now()
    lists = await list_menu.chosen(context, account, form, view.LISTS, most=limits.lists)
    size = context.lines.profile(account).measure(text)
    people = _reached(lists)
    return WavePlan(
        name=name,
        body=text,
        at=to_micros(at),
        lists=tuple(contact_list.name for contact_list in lists),
        people=people,
        segments=size.count if size is not None else 0,
        is_most=len(lists) > 1,
        is_draft=is_draft,
        picture=picture,
        account=account,
        is_now=not limits.may_wait,
        left_out=sum(contact_list.size for contact_list in lists) - people,
    )


def _reached(lists: list[ListRecord]) -> int:
    """Count who is texted. Raises UserError where nobody is."""
    people = sum(one.size if one.reached is None else one.reached for one in lists)
    if not people:
        raise UserError(NOBODY_REACHED, block=view.LISTS)
    return people


def _picture(form: ViewState) -> str:
    address = form.text(view.PICTURE).strip()
    parts = urlsplit(address) if is_web_address(address) and address.isascii() and "[" not in address else None
    if address and (parts is None or parts.scheme != "https" or not parts.hostname):
        raise UserError("Write the whole address, beginning with https://", block=view.PICTURE)
    return address


def _moment(form: ViewState) -> datetime:
    picked, now = form.moment(view.WHEN), utc_now()
    if picked is None:
        raise UserError("Choose a date and a time.", block=view.WHEN)
    try:
        return check_moment(datetime.fromtimestamp(picked, UTC), now)
    except AmbiguousTime as error:
        raise UserError(str(error), block=view.WHEN) from None
