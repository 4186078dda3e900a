"""What a listed proxy reports of the address that its client asked."""

from typing import Any

import pytest

from server.networks import find_asked, read_networks

X = "x-forwarded-"


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({X + "host": "A.Example"}, ("", "a.example", "")),
        (
            {X + "host": "a.example:8443", X + "proto": "HTTPS", X + "prefix": "/ia/"},
            ("https", "a.example:8443", "/ia"),
        ),
        # The nearest proxy stands last; what is to its left may be a client's.
        (
            {X + "host": "evil.example, a.example", X + "proto": "gopher, https"},
            ("https", "a.example", ""),
        ),
        ({"forwarded": 'for=6.6.6.6;Host="[2001:db8::1]:80";proto=https'},
         ("https", "[2001:db8::1]:80", "")),
        ({"forwarded": "host=evil.example, for=6.6.6.6;host=a.example"}, ("", "a.example", "")),
        # Two listed proxies: the outer one knows what the client asked.
        (
            {"forwarded": "host=evil.example, for=6.6.6.6;host=a.example, for=10.0.0.2;host=b"},
            ("", "a.example", ""),
        ),
        ({"forwarded": "host=b.example", X + "host": "a.example"}, ("", "a.example", "")),
        ({}, None),
        ({X + "proto": "https", X + "prefix": "/ia"}, None),
        ({X + "host": "a.example/path"}, None),
        ({X + "host": "a.example\"><script>"}, None),
        ({X + "host": "a@b.example"}, None),
        ({X + "host": "a.example", X + "proto": "javascript"}, None),
        ({X + "host": "a.example", X + "prefix": "//evil.example"}, None),
        ({X + "host": "a.example", X + "prefix": "/../x"}, None),
        ({X + "host": "a.example", X + "prefix": "/ia?x"}, None),
        ({X + "host": "a.example", X + "prefix": "ia"}, None),
        ({X + "host": "a.example", X + "prefix": "/" + "a" * 200}, None),
        ({"forwarded": 'host="a.example, for=6.6.6.6;host=b.example'}, None),
    ],
)  # fmt: skip
def test_what_address_a_client_asked(headers: dict[str, str], asked: Any) -> None:
    given = {name.encode(): value.encode() for name, value in headers.items()}
    trusted = read_networks("10.0.0.0/8")
    assert find_asked("10.0.0.1", given, trusted) == asked
    assert find_asked("192.0.2.1", given, trusted) is None  # who is not listed is not believed
    assert find_asked("10.0.0.1", given, ()) is None
