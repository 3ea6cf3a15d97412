"""HTML pages from the templates of a package: our own style, nothing from elsewhere and no script.

Whatever is filled in is escaped, unless it is HTML that was filled in here before. A page says by its headers that
nothing else may run in it, or show it in a frame.
"""

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files
from string import Template


class Html(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


class HtmlPages:
    """Pages of a package; its folder html/ holds page.html, around every page, and the templates of what is in them."""

    def __init__(self, package: str, style: str) -> None:
        self._package = package
        self._style = Html(self._read(style))
        self._template = cache(lambda name: Template(self._read(f"{name}.html")))

    def _read(self, name: str) -> str:
        return files(self._package).joinpath("html", name).read_text(encoding="utf-8")

    @property
    def headers(self) -> dict[str, str]:
        """Headers by which a browser shows a page, and runs and loads nothing."""
        style_hash = b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        return {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style_hash}'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Frame-Options": "DENY",
        }

    def filled(self, template: str, **words: str) -> Html:
        """Fill words into a template."""
        safe = {name: value if isinstance(value, Html) else escape(value) for name, value in words.items()}
        return Html(self._template(template).substitute(safe))

    def page(self, title: str, *parts: Html) -> str:
        """Put what is filled in into the page."""
        return self.filled("page", title=title, style=self._style, body=Html("".join(parts)))
