"""Which addresses are on the public internet."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.url_safety import is_global, is_link, may_be_public, origin_of

INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.0.255",
    "192.88.99.1",
    "168.63.129.16",
    "100.100.100.200",
    "100.127.255.254",
    "198.18.0.1",
    "::ffff:168.63.129.16",
    "64:ff9b::a83f:8110",
    "2002:c058:6301::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a9fe:a9fe",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "100::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "fd00:ec2::254",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "2002:a00:1::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "nonsense",
    "127.1",
    "2130706433",
]
OUTSIDE = [
    "8.8.8.8",
    "168.63.129.17",
    "192.0.1.1",
    "100.128.0.1",
    "93.184.216.34",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("number", INSIDE)
def test_inside(number: str) -> None:
    """Private, loopback, link-local, multicast, reserved and unspecified addresses are not public, in any disguise."""
    assert not is_global(number)


@pytest.mark.parametrize("number", OUTSIDE)
def test_outside(number: str) -> None:
    """What is on the public internet is public, also where IPv6 carries it."""
    assert is_global(number)


@given(st.ip_addresses(v=4))
def test_disguises(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address is as public in each of its IPv6 forms as it is by itself."""
    whole = int(address)
    forms = [f"::ffff:{address}", str(ipaddress.IPv6Address((0x64FF9B << 96) + whole))]
    forms.append(str(ipaddress.IPv6Address((0x2002 << 112) + (whole << 80) + 1)))
    assert {is_global(form) for form in forms} == {is_global(str(address))}


@given(st.ip_addresses(v=4))
def test_numbers_in_addresses(number: ipaddress.IPv4Address) -> None:
    """A number that stands for an IPv4 address is refused, whichever it stands for; so are its octal forms."""
    octal = ".".join(f"0{int(part):o}" for part in str(number).split("."))
    for host in (str(int(number)), hex(int(number)), octal if int(number) >> 24 >= 8 else "010.0.0.1"):
        assert not may_be_public(f"http://{host}/a")


@pytest.mark.parametrize(
    ("url", "is_public"),
    [
        ("https://cdn.example.com/a.png?sig=1", True),
        ("http://cdn.example.com:8080/", True),
        ("https://8.8.8.8/", True),
        ("https://[2606:4700:4700::1111]/", True),
        ("https://example.com./", True),
        ("https://localhost/", False),
        ("https://printer/", False),
        ("https://printer.local/", False),
        ("https://metadata.google.internal/", False),
        ("https://a.localhost/", False),
        ("https://[::1]/", False),
        ("https://user@example.com/", False),
        ("https://user:password@example.com/", False),
        ("https://example.com:0/", False),
        ("https://example.com:99999/", False),
        ("https://example.com\\@10.0.0.1/", False),
        ("https:// example.com/", False),
        ("https://example.com/\n", False),
        ("ftp://example.com/", False),
        ("//example.com/", False),
        ("https:///a", False),
        ("", False),
        ("https://example.com/" + "a" * 2_000, False),
    ],
)
def test_addresses(url: str, *, is_public: bool) -> None:
    """Only whole http and https addresses of public hosts may be fetched, and only https ones be shown."""
    assert may_be_public(url) is is_public
    assert is_link(url) is (is_public and url.startswith("https:"))


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Any text can be looked at."""
    for url in (text, f"http://{text}", f"https://{text}/a"):
        assert may_be_public(url) <= (origin_of(url) is not None)


def test_origins() -> None:
    """An origin is scheme, host and port, the usual port where none is given."""
    assert origin_of("https://Volt.example/graphql") == ("https", "volt.example", 443)
    assert origin_of("http://127.0.0.1:8080/media/a") == ("http", "127.0.0.1", 8080)
