"""What people write in Slack, as plain text for a phone."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pieces import Piece, Ref, RefKind
from bot.slack.text.rich_text import flatten, is_note, pieces_of, pieces_of_input

ANN = Ref(RefKind.USER, "U111")
NAMES = {ANN: "Ann", Ref(RefKind.CHANNEL, "C111"): "general", Ref(RefKind.GROUP, "S111"): "@ops"}


def rich(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Wrap parts in a message's blocks."""
    return [{"type": "rich_text", "block_id": "b1", "elements": list(parts)}]


def section(*elements: dict[str, Any] | str) -> dict[str, Any]:
    """Make a section; a plain string stands for a text element."""
    whole = [{"type": "text", "text": part} if isinstance(part, str) else part for part in elements]
    return {"type": "rich_text_section", "elements": whole}


def listed(style: str, *items: str, **more: int) -> dict[str, Any]:
    """Make a list."""
    return {"type": "rich_text_list", "style": style, "elements": [section(item) for item in items], **more}


def of_blocks(*parts: dict[str, Any]) -> str:
    """Flatten a rich_text block made of these parts."""
    return flatten(pieces_of("the text must not be read", rich(*parts)), NAMES)


def of_text(text: str) -> str:
    """Flatten a message that has no blocks."""
    return flatten(pieces_of(text, None), NAMES)


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"type": "text", "text": "loud", "style": {"bold": True, "italic": True}}, "loud"),
        ({"type": "text", "text": "a :wave: & <b> &amp;", "style": {"code": True}}, "a :wave: & <b> &amp;"),
        ({"type": "link", "url": "https://a.example", "text": "here"}, "here (https://a.example)"),
        ({"type": "link", "url": "https://a.example"}, "https://a.example"),
        ({"type": "link", "url": "https://a.example/", "text": "https://a.example"}, "https://a.example"),
        ({"type": "link", "url": "http://a.example", "text": "a.example"}, "a.example"),
        ({"type": "link", "url": "http://thanks.so", "text": "thanks.So"}, "thanks.So"),
        ({"type": "link", "url": "http://thanks.So", "text": "thanks.So"}, "thanks.So"),
        ({"type": "link", "url": "http://a.example/%C3%BCber", "text": "A.example/über"}, "A.example/über"),
        (
            {"type": "link", "url": "http://a.example/a%20b", "text": "a.example/a b"},
            "a.example/a b (http://a.example/a%20b)",
        ),
        ({"type": "link", "url": "http://xn--bcher-kva.example/", "text": "bücher.example"}, "bücher.example"),
        (
            {"type": "link", "url": "https://a.example/x?q=1&r=2#s", "text": "a.example/x?q=1&r=2#s"},
            "a.example/x?q=1&r=2#s",
        ),
        (
            {"type": "link", "url": "http://a.example/?to=http://b", "text": "a.example/?to=http://b"},
            "a.example/?to=http://b",
        ),
        ({"type": "link", "url": "https://a.example/B", "text": "a.example/b"}, "a.example/b (https://a.example/B)"),
        ({"type": "link", "url": "https://b.example", "text": "a.example"}, "a.example (https://b.example)"),
        (
            {"type": "link", "url": "https://a.example", "text": "http://a.example"},
            "http://a.example (https://a.example)",
        ),
        (
            {"type": "link", "url": "https://a.example@b.example", "text": "a.example"},
            "a.example (https://a.example@b.example)",
        ),
        ({"type": "link", "url": "mailto:bo@a.example", "text": "bo@a.example"}, "bo@a.example"),
        ({"type": "link", "url": "mailto:bo@a.example"}, "bo@a.example"),
        ({"type": "link", "url": "mailto:bo@a.example", "text": "Bo"}, "Bo (bo@a.example)"),
        ({"type": "link", "url": "tel:+15555550145", "text": "(555) 555-0145"}, "(555) 555-0145"),
        ({"type": "link", "url": "tel:+15555550145", "text": "call"}, "call (+15555550145)"),
        ({"type": "user", "user_id": "U111"}, "@Ann"),
        ({"type": "usergroup", "usergroup_id": "S111"}, "@ops"),
        ({"type": "channel", "channel_id": "C111"}, "#general"),
        ({"type": "team", "team_id": "T111"}, "the team"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "broadcast", "range": "everyone"}, "@everyone"),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd", "skin_tone": 4}, "👋🏽"),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b", "skin_tone": 4}, "👋🏽"),
        ({"type": "emoji", "name": "wave"}, "👋"),
        ({"type": "emoji", "name": "party_parrot"}, ":party_parrot:"),
        ({"type": "emoji", "name": "newer", "unicode": "1fae9"}, "\U0001fae9"),
        ({"type": "date", "timestamp": 1720710212, "format": "{date}", "fallback": "in July"}, "in July"),
        ({"type": "date", "timestamp": 1720710212, "format": "{date}"}, "2024-07-11 15:03 UTC"),
        ({"type": "color", "value": "#F405B3"}, "#F405B3"),
        ({"type": "invented_later", "text": "words"}, "words"),
    ],
)
def test_elements(element: dict[str, Any], expected: str) -> None:
    """Each element of a section has its plain form."""
    assert of_blocks(section("x ", element, " y")) == f"x {expected} y"


STRUCK = {"style": {"strike": True}}


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ((({"type": "text", "text": "$500", **STRUCK}), " $50"), "~$500~ $50"),
        (({"type": "text", "text": " $500 ", **STRUCK}, "$50"), " ~$500~ $50"),
        (
            ({"type": "text", "text": "ask ", **STRUCK}, {"type": "user", "user_id": "U111", **STRUCK}, "!"),
            "~ask @Ann~!",
        ),
        (
            ({"type": "text", "text": "a", "style": {"strike": True, "bold": True}}, {"type": "text", "text": "b"}),
            "~a~b",
        ),
        (({"type": "text", "text": "a", "style": "strike"}, {"type": "text", "text": " ", **STRUCK}), "a"),
    ],
)
def test_struck_out_words(elements: tuple[dict[str, Any] | str, ...], expected: str) -> None:
    """Words that are struck out are marked: a phone has no such style, and would show them as said."""
    assert of_blocks(section(*elements)) == expected.strip()


def test_what_is_typed_into_a_field_has_no_styles() -> None:
    """A field of a window shows stars and backticks as they are typed, and so does the phone."""
    assert flatten(pieces_of_input("*a* `b` _c_ :wave:"), {}) == "*a* `b` _c_ 👋"


def test_lists_and_their_neighbours() -> None:
    """Sections, lists, quotes and preformatted text stand on lines of their own, in order."""
    assert of_blocks(
        section("Hello\n"),
        listed("bullet", "one", "two"),
        listed("ordered", "deeper", "and\nlonger", indent=1, offset=2),
        section("between"),
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said\n\nonce\n"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a  b\n  :c: *d*"}]},
    ) == ("Hello\n- one\n- two\n  3. deeper\n  4. and\n     longer\nbetween\n> said\n> \n> once\na  b\n  :c: *d*")


def test_names_stay_in_their_line() -> None:
    """A mention inside a quote or an item keeps its place."""
    quote = {
        "type": "rich_text_quote",
        "elements": [{"type": "text", "text": "ask "}, {"type": "user", "user_id": "U111"}],
    }
    assert of_blocks(quote, listed("bullet", "x")) == "> ask @Ann\n- x"


def test_mentions_stay_open_until_named() -> None:
    """A name is left to be looked up, between texts that are joined."""
    element = {"type": "user", "user_id": "U111"}
    assert pieces_of("", rich(section("Hi ", "dear ", element, "!"))) == ("Hi dear ", ANN, "!")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain *bold* _it_ ~no~", "plain bold it ~no~"),
        ("*bold* and ~$500~ $50", "bold and ~$500~ $50"),
        ("*_both_* _*both*_ (*so*) “_so_”, *two words*!", "both both (so) “so”, two words!"),
        ("*see <https://a.example/*x*|our page>, <@U111>*", "see our page (https://a.example/*x*), @Ann"),
        ("2 * 3 * 4, 2*3*4 a_b_c * x* *x * ** __init__ *a\nb*", "2 * 3 * 4, 2*3*4 a_b_c * x* *x * ** __init__ *a\nb*"),
        ("https://a.example/_x_/ *b*", "https://a.example/_x_/ b"),
        ("`*as is*` *_`code`_*", "*as is* code"),
        ("Hi <@U111>, see <#C111|general> or <#C999|other>", "Hi @Ann, see #general or #other"),
        ("<@U999> <@U999|bo> <@W999ABC>", "@someone @bo @someone"),
        ("<!subteam^S111> <!subteam^S999|@night> <!subteam^S999>", "@ops @night @group"),
        ("<!here> <!channel> <!everyone|everyone> <!here|@here>", "@here @channel @everyone @here"),
        ("<https://a.example?x=1&amp;y=2|A &amp; B>", "A & B (https://a.example?x=1&y=2)"),
        ("<https://a.example?x=1&amp;y=2>", "https://a.example?x=1&y=2"),
        (
            "Great <http://thanks.So|thanks.So> see you, <http://thanks.so|thanks.So>",
            "Great thanks.So see you, thanks.So",
        ),
        ("<https://a.example/?x=1&amp;y=2|a.example/?x=1&amp;y=2>", "a.example/?x=1&y=2"),
        ("<mailto:bo@a.example|bo@a.example> <tel:5555550145|(555) 555-0145>", "bo@a.example (555) 555-0145"),
        ("<!date^1720710212^{date}^https://a.example|in July>", "in July"),
        ("<!date^1720710212^{date}>", "2024-07-11 15:03 UTC"),
        ("<!date^99999999999999999999^{date}>x", "x"),
        ("<!invented|words> <!invented>", "words"),
        ("1 &lt; 2 &amp;amp; &lt;@U111&gt; &quot;", "1 < 2 &amp; <@U111> &quot;"),
        (":wave::skin-tone-3: :+1: :party_parrot: 10:30:wave:", "👋🏼 👍 :party_parrot: 10:30👋"),
        ("`:wave:` and ```\n:wave: &lt;b&gt;\n``` :wave:", ":wave: and \n:wave: <b>\n 👋"),
        ("`<https://a.example>` <@>x", "https://a.example x"),
        ("a < b", "a < b"),
        ("&gt; quoted\n• item", "> quoted\n• item"),
    ],
)
def test_text_without_blocks(text: str, expected: str) -> None:
    """Without a rich_text block the markup of `text` is read, entities are unescaped once, then emoji replaced."""
    assert of_text(text) == expected


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        [],
        [{"type": "image", "alt_text": "not this"}],
        rich(),
        rich(section("  ")),
        [{"type": "rich_text", "elements": "broken"}],
    ],
)
def test_text_is_read_where_no_block_says_anything(blocks: list[dict[str, Any]] | None) -> None:
    """A missing, empty or broken block gives way to `text`."""
    assert pieces_of("hello", blocks) == ("hello",)


def test_an_empty_message_has_no_pieces() -> None:
    """Nothing written, nothing to send."""
    assert pieces_of("", []) == ()
    assert flatten((), {}) == ""


@pytest.mark.parametrize(
    ("ref", "name", "expected"),
    [
        (Ref(RefKind.USER, "U1"), "Ann", "@Ann"),
        (Ref(RefKind.USER, "U1"), "@Ann", "@Ann"),
        (Ref(RefKind.USER, "U1", "bo"), "", "@bo"),
        (Ref(RefKind.USER, "U1", "bo"), "Ann", "@Ann"),
        (Ref(RefKind.CHANNEL, "C1", "#x"), " ", "#x"),
        (Ref(RefKind.CHANNEL, "C1"), "", "#channel"),
        (Ref(RefKind.TEAM, "T1"), "Acme", "Acme"),
    ],
)
def test_names(ref: Ref, name: str, expected: str) -> None:
    """A name that was found comes before the label Slack gave, and a word before an id."""
    assert flatten(("x ", ref), {ref: name}) == f"x {expected}"


def test_flatten_tidies() -> None:
    """What goes to the phone has no white space around it and no gaps."""
    assert flatten(("  a\n\n\n\nb\t", ANN, " \u202e\n"), NAMES) == "a\n\nb @Ann"


@pytest.mark.parametrize(
    "text", ["//", "// ask Bo first", " \n //x", "🔇 quiet", "🔇", ":mute: quiet", "\u200b// x", "//x.example"]
)
def test_notes(text: str) -> None:
    """A message that starts with two slashes or a muted speaker stays in Slack."""
    assert is_note(pieces_of(text, None))
    assert is_note(pieces_of("", rich(section(text))))


@pytest.mark.parametrize(
    "part",
    [
        section({"type": "emoji", "name": "mute", "unicode": "1f507"}, " quiet"),
        section(" ", {"type": "emoji", "name": "mute"}),
        section({"type": "link", "url": "//x", "text": "//x"}),
        section({"type": "text", "text": "// x", "style": {"strike": True}}),
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "// x"}]},
    ],
)
def test_notes_in_rich_text(part: dict[str, Any]) -> None:
    """The sign may be an emoji, a link or code, as Slack makes of what is typed."""
    assert is_note(pieces_of("", rich(part)))


@pytest.mark.parametrize("pieces", [(), ("",), ("https://x.example",), ("/ /",), ("hi // there",), (ANN, "// x")])
def test_what_is_no_note(pieces: tuple[Piece, ...]) -> None:
    """The empty message, an address and slashes further on are no notes."""
    assert not is_note(pieces)


NAMED_TYPES = st.sampled_from(
    [
        "rich_text",
        "rich_text_section",
        "rich_text_list",
        "rich_text_quote",
        "rich_text_preformatted",
        "text",
        "link",
        "user",
        "usergroup",
        "channel",
        "team",
        "broadcast",
        "emoji",
        "date",
        "color",
        "ordered",
        "bullet",
        "here",
    ]
)
KEYS = st.sampled_from(
    [
        "type",
        "elements",
        "text",
        "url",
        "user_id",
        "usergroup_id",
        "channel_id",
        "team_id",
        "range",
        "name",
        "unicode",
        "skin_tone",
        "timestamp",
        "fallback",
        "format",
        "value",
        "style",
        "indent",
        "offset",
        "border",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NAMED_TYPES
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))
INLINE = st.fixed_dictionaries(
    {"type": NAMED_TYPES}, optional={"text": JSON, "url": JSON, "unicode": JSON, "name": JSON}
)
PARTS = st.fixed_dictionaries(
    {"type": NAMED_TYPES, "elements": st.lists(INLINE | JSON) | JSON},
    optional={"style": JSON, "indent": JSON, "offset": JSON},
)
BLOCKS = (
    st.lists(st.fixed_dictionaries({"type": st.just("rich_text"), "elements": st.lists(PARTS | JSON)}) | JSON) | JSON
)


@given(st.text(), BLOCKS)
def test_no_shape_of_a_block_raises(text: str, blocks: Any) -> None:
    """Every field may be missing or of any type; what comes out is text and names."""
    pieces = pieces_of(text, blocks)
    assert all(isinstance(piece, (str, Ref)) for piece in pieces)
    assert isinstance(flatten(pieces, {}), str)
    assert is_note(pieces) in (True, False)


MARKUP = st.text(st.sampled_from("<>@#!|^&;:`*U1C\n ab"), max_size=30) | st.sampled_from(
    ["<@U111>", "<#C111|x>", "<!subteam^S111>", "<!date^1^x|y>", "&gt;", ":wave:", "<@U111|", "|<@U222>>", "<#C222"]
)


@given(st.lists(MARKUP).map("".join))
def test_no_id_comes_through(text: str) -> None:
    """However the markup is nested or broken, a mention never goes out as its id."""
    assert not re.search("<[@#]?[UCS](?:111|222)", of_text(text))


@given(st.text(max_size=50))
def test_blocks_that_went_through_json_read_the_same(words: str) -> None:
    """Plain words in a section are the words, without NUL, which no database and no phone takes."""
    pieces = pieces_of("", json.loads(json.dumps(rich(section(f"x{words}")))))
    assert pieces == (f"x{words}".replace("\0", ""),)
