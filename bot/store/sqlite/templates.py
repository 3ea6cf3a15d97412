"""The part of the ledger that keeps a team's templates."""

import sqlite3

from bot.domain.ids import UserId
from bot.domain.template import Template
from bot.store.sqlite.statements import Repository


class Templates(Repository):
    """Canned replies; see bot.ports.repositories.Ledger."""

    def templates(self) -> list[Template]:
        """List all templates by name."""
        return [template(row) for row in self._all("templates")]

    def template(self, template_id: int) -> Template | None:
        """Read a template that may be gone."""
        row = self._one("template", id=template_id)
        return None if row is None else template(row)

    def add_template(self, name: str, body: str, author: UserId) -> bool:
        """Keep a new template; False where the name is taken."""
        return self._do("add_template", name=name, body=body, author=author).rowcount == 1

    def save_template(self, changed: Template, author: UserId) -> bool:
        """Change a template; False where it is gone, or its new name is taken."""
        values = {"id": changed.id, "name": changed.name, "body": changed.body, "author": author}
        return self._do("save_template", **values).rowcount == 1

    def drop_template(self, template_id: int) -> bool:
        """Forget a template; False where there was none."""
        return self._do("drop_template", id=template_id).rowcount == 1


def template(row: sqlite3.Row) -> Template:
    """Read a row of template."""
    return Template(row["id"], row["name"], row["body"])
