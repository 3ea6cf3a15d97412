"""Finding a post of ours by its key before it is posted: a kill, a lost answer or a restore may have left one.

One look reads so many pages and remembers nothing.
"""

from datetime import datetime

from bot.bridge.matching import CLOCKS_APART
from bot.domain.errors import Retryable
from bot.domain.ids import MessageTs, PostKey, ThreadRef
from bot.ports.workspace import Workspace


async def find_post(
    workspace: Workspace, place: ThreadRef, key: PostKey, *, since: datetime, pages: int
) -> MessageTs | None:
    """Find a post that may have been made `since` then; None where there is none.

    Raises CallFailed, also where there is more to read than so many pages.
    """
    cursor = ""
    for _ in range(pages):
        page = await workspace.find_posts(place, [key], since=since - CLOCKS_APART, cursor=cursor)
        if key in page.found:
            return page.found[key]
        cursor = page.more
        if not cursor:
            return None
    raise Retryable("long_history", "There is more history than one look reads.")
