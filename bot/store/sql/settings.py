"""Settings: modes, routes, templates, known lists, and single values by name."""

from bot.domain.conversation import Mode
from bot.domain.ids import ChannelId, UserId
from bot.domain.routing import Route
from bot.domain.template import Template
from bot.store.sql.connection import Row
from bot.store.sql.session import Repository

MOST_LISTS = 1_000
"""Names of lists that are offered at most, the one met last first."""


class Settings(Repository):
    """Settings: modes, routes, templates, known lists, and single values by name."""

    def channel_mode(self, channel: ChannelId) -> Mode | None:
        """Read the mode of a channel; None where nobody has set one."""
        row = self._one("channel_mode", channel=channel)
        return None if row is None else Mode(row["mode"])

    def set_channel_mode(self, channel: ChannelId, mode: Mode, author: UserId) -> None:
        """Set the mode of a channel."""
        self._do("set_channel_mode", channel=channel, mode=mode.value, author=author)

    def routes(self) -> list[Route]:
        """List the routes of new conversations."""
        return [Route(row["kind"], row["subject"], row["channel"]) for row in self._all("routes")]

    def set_route(self, route: Route, author: UserId) -> None:
        """Set a route of new conversations."""
        self._do("set_route", kind=route.kind, subject=route.subject, channel=route.channel, author=author)

    def drop_route(self, route: Route) -> bool:
        """Drop a route; False where there was none."""
        return self._do("drop_route", kind=route.kind, subject=route.subject).rowcount == 1

    def templates(self) -> list[Template]:
        """List all templates by name."""
        return [template(row) for row in self._all("templates")]

    def template(self, template_id: int) -> Template | None:
        """Read a template that may be gone."""
        row = self._one("template", id=template_id)
        return None if row is None else template(row)

    def add_template(self, name: str, body: str, author: UserId) -> bool:
        """Add a template; False where the name is taken."""
        return self._do("add_template", name=name, body=body, author=author).rowcount == 1

    def save_template(self, changed: Template, author: UserId) -> bool:
        """Change a template; False where it is gone, or its new name is taken."""
        values = {"id": changed.id, "name": changed.name, "body": changed.body, "author": author}
        return self._do("save_template", **values).rowcount == 1

    def drop_template(self, template_id: int) -> bool:
        """Drop a template; False where there was none."""
        return self._do("drop_template", id=template_id).rowcount == 1

    def value(self, name: str) -> str | None:
        """Read a single value."""
        row = self._one("value", name=name)
        return None if row is None else str(row["value"])

    def set_value(self, name: str, value: str) -> None:
        """Set a single value."""
        self._do("set_value", name=name, value=value)

    def forget_value(self, name: str) -> None:
        """Forget a single value."""
        self._do("forget_value", name=name)

    def note_list(self, name: str) -> None:
        """Note the name of a contact list that the provider has shown."""
        self._do("note_list", name=name)

    def forget_list(self, name: str) -> None:
        """Forget a contact list that the provider does not have any more."""
        self._do("forget_list", name=name)

    def list_names(self) -> list[str]:
        """List the known contact lists, the one met last first."""
        return [str(row["name"]) for row in self._all("list_names", limit=MOST_LISTS)]


def template(row: Row) -> Template:
    """Read a row of template."""
    return Template(row["id"], row["name"], row["body"])
