"""Who speaks: a customer's name and face, which nobody takes for the bot's."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.thread_content import InboundText, InboundTexts, Speaker
from bot.slack.blocks.kit import MessageBody
from bot.slack.media.face_endpoint import draw_initials
from bot.slack.render.faces import COLOUR_COUNT, DEFAULT_ICON, SCOPE, Faces, initials
from tests.harness.connected import renderer
from tests.harness.world import DANA

ADDRESS = "https://bot.acme.example"
GRANTED, REFUSED = {"X-OAuth-Scopes": f"chat:write,{SCOPE}"}, {"x-oauth-scopes": "chat:write,commands"}
HELLO = MessageBody("Hello", [], Speaker(DANA, "Dana *Whitfield*"))


def faces(*, granted: dict[str, str] | None = GRANTED, is_on: bool = True, url: str | None = ADDRESS) -> Faces:
    """Make faces that have heard one answer of Slack's, or none."""
    made = Faces("US", url, is_on=is_on)
    made.learn(granted or {})
    return made


def name_of(name: str, *, own_name: str = "") -> str:
    """Say under which name a contact of this name speaks."""
    made = faces()
    made.own_name = own_name
    return made.arguments(Speaker(DANA, name))["username"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dana Whitfield", "DW"),
        ("dana", "D"),
        ("Dana van der Berg", "DB"),
        ("Émile Ødegård", "EO"),
        ("(Dr.) Łukasz", "DL"),
        ("🎉 Dana", "D"),
        ("𝐃ana", "D"),
        ("Дана Whitfield", "W"),
        ("🎉", ""),
        ("דנה", ""),
        ("田中", ""),
        ("24 Hours", "H"),
        ("...", ""),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    """A face shows the first Latin letters of the first word and the last, or none."""
    assert initials(name) == letters


@given(st.text())
def test_any_name_gives_a_name_and_a_face(name: str) -> None:
    """Whatever a contact is called: a line of 1 to 80 visible characters without markup, and initials or a figure."""
    looks = faces().arguments(Speaker(DANA, name))
    assert 1 <= len(looks["username"].strip()) <= 80
    assert not set("<>:\n\r\u202e") & set(looks["username"])
    assert looks.get("icon_emoji") == DEFAULT_ICON or looks["icon_url"].startswith(f"{ADDRESS}/face/")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\u2800", "a" + "\u0301" * 100])
def test_who_has_no_name_is_called_by_number(name: str) -> None:
    """Without a name that can be shown, the number stands for it, as everywhere."""
    assert name_of(name) == "(555) 555-0145"


@pytest.mark.parametrize(
    "name",
    ["Volt", "volt", "VOLT ", "V o l t", "Vоlt", "Ｖｏｌｔ", "V0LT", "VoIt", "Volt APP", "Slackbot", "5lack", "Téxter"],
)
def test_nobody_is_called_like_the_bot(name: str) -> None:
    """A contact who is called like the bot, or looks like that, is called a customer."""
    assert name_of(name, own_name="texter").endswith(" (customer)")


def test_a_long_name_is_cut_between_letters() -> None:
    """Of a long name at most 80 characters are shown, and no letter is torn."""
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    assert name_of("x" * 78 + family) == "x" * 78 + "…"
    assert len(name_of("Volt " * 40)) == 80
    assert name_of("Volt " * 40).endswith("… (customer)")


def test_the_address_of_a_face_tells_nothing_but_initials() -> None:
    """The picture's address holds initials and one of a few colours, the same each time."""
    looks = faces(url=f"{ADDRESS}/").arguments(Speaker(DANA, "Dana Whitfield"))
    assert looks == faces().arguments(Speaker(DANA, "Dana Whitfield"))
    assert looks["icon_url"] in {f"{ADDRESS}/face/DW-{colour}.png" for colour in range(COLOUR_COUNT)}


def test_without_an_address_of_ours_the_face_is_an_emoji() -> None:
    """Where Slack cannot fetch a picture from the bot, the name stands beside a figure."""
    looks = faces(url=None).arguments(Speaker(DANA, "Dana Whitfield"))
    assert looks == {"username": "Dana Whitfield", "icon_emoji": DEFAULT_ICON}


@pytest.mark.parametrize(
    ("made", "has_looks", "has_line"),
    [
        (faces(), True, False),
        (faces(granted=None), True, True),
        (faces(granted=REFUSED), False, True),
        (faces(is_on=False), False, True),
    ],
    ids=["granted", "not known", "not granted", "switched off"],
)
def test_one_of_both_says_who_speaks(made: Faces, *, has_looks: bool, has_line: bool) -> None:
    """Name and face say who speaks where that is granted and wanted, else a first line does; in doubt both."""
    assert bool(made.arguments(HELLO.speaker)) == has_looks
    assert made.are_shown == (not has_line)


def test_what_was_granted_is_not_forgotten() -> None:
    """An answer that does not speak of permissions changes nothing; one that does, does."""
    made = faces()
    made.learn({"Date": "today"})
    assert made.are_shown
    made.learn(REFUSED)
    assert not made.are_shown


def test_the_bot_speaks_as_itself() -> None:
    """Lines of the bot's own bear its own name and face."""
    assert faces().arguments(None) == {}
    assert faces().with_name(MessageBody("Delivered", [])) == MessageBody("Delivered", [])


def test_a_first_line_is_inert_and_bold() -> None:
    """The line with the name is no mrkdwn; the words for notifications stay as they are."""
    shown = faces().with_name(renderer().render(InboundTexts((InboundText("Hello"),), speaker=HELLO.speaker)))
    (leaf,) = shown.blocks[0]["elements"][0]["elements"]
    assert leaf == {"type": "text", "text": "Dana *Whitfield*", "style": {"bold": True}}
    assert (shown.text, len(shown.blocks)) == ("Hello", 2)
    assert faces().with_name(HELLO).text == "Dana *Whitfield*:\nHello"


def test_the_line_fits_above_ever_so_many_texts() -> None:
    """With the line in front a post still has no more blocks than Slack takes, and every text is in it."""
    texts = tuple(InboundText(f"Text {number}") for number in range(60))
    content = InboundTexts(texts, may_be_duplicate=True, speaker=HELLO.speaker)
    blocks = faces().with_name(renderer().render(content)).blocks
    assert len(blocks) <= 50
    assert all(f"Text {number}" in str(blocks) for number in range(60))


@pytest.mark.parametrize("letters", ["A", "MW", *"BCDEFGHIJKLMNOPQRSTUVWXYZ"])
def test_a_picture_is_a_png_with_letters_on_it(letters: str) -> None:
    """Initials are drawn as a square PNG in which something white stands on the colour, inside the edges."""
    png = draw_initials(letters, 3)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT")
    pixels = zlib.decompress(png[start + 4 : start + 4 + struct.unpack(">I", png[start - 4 : start])[0]])
    rows = [pixels[y * (width + 1) + 1 : (y + 1) * (width + 1)] for y in range(height)]
    assert width == height == len(rows)
    assert max(map(max, rows)) == 15
    assert not any(rows[0] + rows[-1] + bytes(row[0] for row in rows) + bytes(row[-1] for row in rows))


def test_letters_look_different() -> None:
    """No two letters and no two colours give the same picture."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert (
        len({draw_initials(letter, colour) for letter in letters for colour in range(COLOUR_COUNT)})
        == len(letters) * COLOUR_COUNT
    )
