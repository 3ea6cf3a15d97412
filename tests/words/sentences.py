"""Every sentence, label and word for people that stands in a source file, with ‹names› for what is filled in."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bot

ROOT = Path(bot.__file__).parent

SHOWN_BY = frozenset({"escape", "head", "shown", "line_of", "str", "clean", "quoted", "map", "_echo", "code", "date"})
"""Steps that only make what is filled in safe to show: what it is stands inside."""

NO_WORDS = re.compile(
    r"\\b|\(\?|^[\[\\^ ]|PRAGMA|SAVEPOINT|ROLLBACK|RELEASE|SELECT |INSERT |CREATE |UPDATE |ALTER |BEGIN I| \| None"
    r"|\bIS NOT\b|\bAND\b|^\w+ = |^sum\(|^[A-Z][a-z]+(-[A-Z][a-z]+)+|^[A-Z]\w*[a-z][A-Z]\w*$|^Bearer |charset|max-age"
    r"|\w\|\w+\|[^ ]*$|^VALUES|^Volt$|^(GSM-7|UCS-2|NF\w+|[A-Z][a-z]|[A-Z_]+|\W*)$|^ *‹\w+›[^\w]*$"
)
"""Patterns, statements, names of headers and types, short codes."""


@cache
def sentences_of(path: Path) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """List what is said in a module, as it stands there: the words, and a pattern that finds them filled in."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = dict(pair for node in tree.body for pair in _constants(node))
    found = dict[str, re.Pattern[str]]()
    for node in _spoken(tree):
        parts = list(_parts(node, named))
        words = "".join(part if is_own else f"‹{part}›" for part, is_own in parts)
        if is_said(words):
            gaps = "".join(re.escape(_shown(part)) if is_own else ".*?" for part, is_own in parts)
            found.setdefault(" / ".join(_shown(words).split("\n")).strip(), re.compile(gaps.removeprefix(".*?")))
    return tuple(found.items())


def is_said(words: str) -> bool:
    """Tell words for people from names, patterns and statements: several words, or one with a capital."""
    if NO_WORDS.search(words):
        return False
    own = re.sub("‹[^›]*›", "‹›", words)
    return bool(re.search(r"[A-Za-z›][,.:;]? [‹“\"(A-Za-z]", own) and re.search("[a-z]{2}", own)) or bool(
        re.fullmatch(r"[A-Z][a-z]+[.…:]?", own.strip())
    )


def _shown(words: str) -> str:
    """Write mentions and channels as Slack shows them; the name of a person is a gap as any other."""
    return re.sub(r"<([@#])(‹[^›]*›|$)>?", r"\1\2", words)


def _constants(node: ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(words))):
            yield name, words


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _spoken(tree: ast.Module) -> Iterator[ast.JoinedStr | ast.Constant]:
    """Walk over the texts in the order of the source: no docstrings, and no part of a longer text by itself."""
    within = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for joined in (one for one in ast.walk(tree) if isinstance(one, ast.JoinedStr)):
        within |= {id(one) for value in joined.values for one in [value, *_inside(value)]}
    texts = [one for one in ast.walk(tree) if isinstance(one, ast.JoinedStr | ast.Constant)]
    yield from sorted(
        (one for one in texts if id(one) not in within and (isinstance(one, ast.JoinedStr) or _is_text(one))),
        key=lambda one: (one.lineno, one.col_offset),
    )


def _inside(value: ast.expr) -> list[ast.AST]:
    return list(ast.walk(value)) if isinstance(value, ast.FormattedValue) else []


def _parts(node: ast.JoinedStr | ast.Constant, named: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Take a text apart: our own words, and the names of what is filled in."""
    for part in node.values if isinstance(node, ast.JoinedStr) else [node]:
        if isinstance(part, ast.Constant):
            yield str(part.value), True
        elif isinstance(part, ast.FormattedValue):
            if isinstance(part.value, ast.Name) and part.value.id in named:
                yield named[part.value.id], True
            else:
                yield _name(part.value), False


def _name(node: ast.expr) -> str:  # noqa: PLR0911 - one for each kind of expression
    match node:
        case ast.Name(id=name):
            return _spaced(name)
        case ast.Attribute(attr=name):
            return _spaced(name)
        case ast.Constant(value=value):
            return str(value) or "nothing"
        case ast.IfExp(body=yes, orelse=no):
            return f"{_name(yes)}|{_name(no)}"
        case ast.BoolOp(values=values):
            return "|".join(_name(value) for value in values)
        case ast.Subscript(value=value):
            return _name(value)
        case ast.JoinedStr():
            return "".join(part if is_own else f"<{part}>" for part, is_own in _parts(node, {}))
        case ast.Call(func=func, args=args):
            return _called(func, args)
    return "…"


def _called(func: ast.expr, args: list[ast.expr]) -> str:
    name = _name(func)
    if name == "counted":
        return "number " + "|".join(_name(one) for one in args[1:])
    if name == "join" and args:
        return _name(args[-1])
    if (name in SHOWN_BY or name.replace(" ", "_") in SHOWN_BY) and args:
        return _name(args[-1] if name == "map" else args[0])
    return name


def _spaced(name: str) -> str:
    return name.strip("_").replace("_", " ").lower()
