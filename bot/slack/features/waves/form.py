"""Wave form as a value: what is to be texted, to which lists, and when."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.domain.text import clean, for_phone, is_blank
from bot.domain.timestamps import to_micros
from bot.domain.url_safety import is_web_address
from bot.domain.waves import WavePlan
from bot.parsing.calendar_days import AmbiguousTime
from bot.parsing.moments import check_moment
from bot.slack.context import Context, UserError
from bot.slack.events.interactions import ViewState
from bot.slack.features.kit import list_menu
from bot.slack.features.waves import view


async def filled_in(context: Context, form: ViewState) -> WavePlan:
    """Read the form. Raises UserError with the block at fault."""
    name, text, picture = clean(form.text(view.NAME)).strip(), for_phone(form.text(view.TEXT)), _picture(form)
    if not name:
        raise UserError("Give the wave a name.", block=view.NAME)
    if is_blank(text):
        raise UserError("The text has no words that a phone can show.", block=view.TEXT)
    is_draft = view.DRAFT in form.choices(view.DRAFT)
    at = _moment(form)
    lists = await list_menu.chosen(context, form, view.LISTS)
    size = context.lines.profile().measure(text)
    return WavePlan(
        name=name,
        body=text,
        at=to_micros(at),
        lists=tuple(contact_list.name for contact_list in lists),
        people=sum(contact_list.size for contact_list in lists),
        segments=size.count if size is not None else 0,
        is_most=len(lists) > 1,
        is_draft=is_draft,
        picture=picture,
        account=context.account,
    )


def _picture(form: ViewState) -> str:
    address = form.text(view.PICTURE).strip()
    parts = urlsplit(address) if is_web_address(address) and address.isascii() and "[" not in address else None
    if address and (parts is None or parts.scheme != "https" or not parts.hostname):
        raise UserError("Write the whole address, beginning with https://", block=view.PICTURE)
    return address


def _moment(form: ViewState) -> datetime:
    picked, now = form.moment(view.WHEN), datetime.now(UTC)
    if picked is None:
        raise UserError("Choose a date and a time.", block=view.WHEN)
    try:
        return check_moment(datetime.fromtimestamp(picked, UTC), now)
    except AmbiguousTime as error:
        raise UserError(str(error), block=view.WHEN) from None
