"""Charts: what a signed link shows, and what it refuses."""

from __future__ import annotations

import io

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain.timestamps import Micros, add_seconds
from bot.slack.media.chart_endpoint import ChartEndpoint
from bot.slack.media.chart_image import HEIGHT, WIDTH, draw
from bot.slack.media.chart_links import LINK_VALID_S, MOST_CHARS, ChartSigner
from bot.slack.render.chart import MOST_POINTS, Chart, Series

NOW = Micros(1_790_000_000_000_000)
SIGNER = ChartSigner("a secret")

values = st.lists(st.one_of(st.none(), st.floats(0, 1e7)), min_size=0, max_size=MOST_POINTS)


@st.composite
def charts(some: st.DrawFn) -> Chart:
    """Make any chart that can be asked for."""
    first = some(values)
    second = some(st.permutations(first)) if first else []
    labels = ["30 Nov"] * len(first)
    return Chart(
        "Texts", labels, [Series("In", first), Series("Out", second)], some(st.booleans()), some(st.booleans())
    )


@given(charts())
def test_any_chart_is_drawn(chart: Chart) -> None:
    """Every chart, also one of nothing, is a picture of one size; what its link says is what is drawn."""
    with Image.open(io.BytesIO(draw(chart))) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (WIDTH, HEIGHT))
    token = SIGNER.token(chart, NOW)
    assert len(token) <= MOST_CHARS
    read = SIGNER.read(token, NOW)
    assert read is not None
    assert (read.title, list(read.labels), read.is_of_times, read.is_dark) == (
        chart.title,
        list(chart.labels),
        chart.is_of_times,
        chart.is_dark,
    )


def test_light_and_dark() -> None:
    """A chart for a dark background is dark."""
    light, dark = (
        Image.open(io.BytesIO(draw(Chart("Texts", ["1"], [Series("In", [3])], is_dark=is_dark)))).convert("L")
        for is_dark in (False, True)
    )
    assert (light.getpixel((5, 5)), dark.getpixel((5, 5))) == (255, 29)


def test_a_link_ends() -> None:
    """A link is good for a day, and not longer."""
    token = SIGNER.token(Chart("Texts", ["1"], [Series("In", [3])]), NOW)
    assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S - 1)) is not None
    assert SIGNER.read(token, add_seconds(NOW, LINK_VALID_S + 2)) is None


@given(st.text(max_size=200))
def test_what_was_made_up(token: str) -> None:
    """What nobody signed is refused."""
    assert SIGNER.read(token, NOW) is None


@pytest.mark.parametrize("secret", ["another", ""])
def test_of_another_secret(secret: str) -> None:
    """A token that was made under another secret is refused, and so is one that was changed."""
    token = ChartSigner(secret).token(Chart("Texts", ["1"], [Series("In", [3])]), NOW)
    assert SIGNER.read(token, NOW) is None
    own = SIGNER.token(Chart("Texts", ["1"], [Series("In", [3])]), NOW)
    assert SIGNER.read(own[:-2] + ("A" if own[-2] != "A" else "B") + own[-1], NOW) is None


async def test_over_http() -> None:
    """Slack gets the picture of a link that we made; everything else is answered 404."""
    app = web.Application()
    ChartEndpoint(SIGNER, lambda: NOW).add_routes(app, lambda handler: handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/chart/"
    token = SIGNER.token(Chart("Texts", ["1"], [Series("In", [3])]), NOW)
    async with aiohttp.ClientSession() as session:
        async with session.get(base + token) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG")
        for other in (token[:-1], "x", "x" * 9_000, "%00", f"{token}/more"):
            async with session.get(base + other) as answer:
                assert answer.status in (400, 404)
    await runner.cleanup()
