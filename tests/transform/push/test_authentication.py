"""Who writes to a store: found, sent as the store asks, and never shown."""

import base64
import hashlib
import re
import secrets
from pathlib import Path

import pytest

from tests.support.scripted_store import Answered, Call, ScriptedStore
from tests.support.small_release import numbered, write_small_release
from tests.transform.push.conftest import Push
from transform.errors import MisusedCommand, PushFailed
from transform.push.authentication import Login, choose_challenge, read_challenges
from transform.push.credentials import PASSWORD, USER, Credentials, find_credentials
from transform.push.endpoints import Endpoints, find_endpoints
from transform.text.message import text_in

NAME, SECRET = "Zoé «q\\", 'pa:ss "é"'
AGREED = Credentials(NAME, SECRET)


def test_the_examples_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    # RFC 7616, 3.9.1
    nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr(secrets, "token_hex", lambda _: nonce)
    asked = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7Q'
        'MkPqMAFRtzCUYo5tdS"'
    )
    both = read_challenges([asked.format("MD5"), asked.format("SHA-256")])
    assert [each.algorithm for each in both] == ["MD5", "SHA-256"]
    expected = {
        "MD5": "8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    }
    for challenge in both:
        header = Login(Credentials("Mufasa", "Circle of Life"), challenge).header(
            "GET", "/dir/index.html"
        )
        assert f'response="{expected[challenge.algorithm]}"' in header
        assert "nc=00000001" in header
    assert choose_challenge(both) == both[1]


def test_digest_is_chosen_before_basic_and_what_is_unknown_is_left() -> None:
    both = read_challenges(['Basic realm="a, b", Digest realm="r", nonce="n"', "Negotiate"])
    assert [each.scheme for each in both] == ["basic", "digest", "negotiate"]
    assert both[0].parameters == {"realm": "a, b"}
    assert choose_challenge(both) == both[1]
    assert choose_challenge(both[:1]) == both[0]
    none = ["Bearer x", 'Digest realm="r", nonce="n", algorithm=SHA-512-256', "Digest", "", ",=",
            'Digest realm="r", nonce="n", qop="auth-int"']  # fmt: skip
    assert choose_challenge(read_challenges(none)) is None


@pytest.mark.parametrize(
    "challenge",
    ['Basic realm="x"', 'Digest realm="é\\"", nonce="{}", qop="auth", algorithm=SHA-256', "Old"],
)
def test_a_store_that_asks_is_told_and_a_nonce_that_ends_is_replaced(
    challenge: str, push: Push, base: str, tmp_path: Path, scripted: ScriptedStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(USER, NAME)
    monkeypatch.setenv(PASSWORD, SECRET)
    if challenge == "Old":
        challenge = 'Digest realm="r", nonce="{}"'
    checked = 0

    def guard(call: Call) -> Answered | None:
        """Take three requests by each nonce, as a store does that forgets."""
        nonlocal checked
        nonce = str(checked // 3)
        if not is_answer(call, nonce):
            asked = challenge.format(nonce).encode().decode("latin-1")
            return Answered(401, {"WWW-Authenticate": asked})
        checked += 1
        return None

    scripted.script = guard
    release = write_small_release(tmp_path, base, {"2024": numbered(3), "2025": numbered(2)})
    assert push(release, scripted.graph_store).counts
    assert checked > 9
    if challenge.startswith("Basic"):  # once it is known, it is sent at once: no part goes twice
        assert len(scripted.calls) - checked == len({call.path for call in scripted.calls})


def is_answer(call: Call, nonce: str) -> bool:
    """Check credentials as a server would, by the standards' words."""
    sent = call.headers.get("Authorization", "").encode("latin-1").decode()
    if sent.startswith("Basic "):
        return base64.b64decode(sent[6:]).decode() == f"{NAME}:{SECRET}"
    found = dict(re.findall(r'(\w+)="?((?:\\.|[^",])*)', sent))
    values = {name: re.sub(r"\\(.)", r"\1", value) for name, value in found.items()}
    if values.get("realm") not in ("r", 'é"'):
        return False
    if values.get("nonce") != nonce or values["uri"] != call.handler.path:
        return False

    def h(text: str) -> str:
        known = hashlib.sha256 if values.get("algorithm") == "SHA-256" else hashlib.md5
        return known(text.encode()).hexdigest()

    middle = ":".join(values[name] for name in ("nc", "cnonce", "qop") if name in values)
    realm = values["realm"]
    parts = (h(f"{NAME}:{realm}:{SECRET}"), nonce, middle, h(f"{call.method}:{values['uri']}"))
    return values["username"] == NAME and values["response"] == h(":".join(filter(None, parts)))


def test_a_refused_login_names_the_variables_and_no_secret_is_shown(
    push: Push, base: str, tmp_path: Path, scripted: ScriptedStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(USER, "zoe-user")
    monkeypatch.setenv(PASSWORD, "zoe-secret")
    release = write_small_release(tmp_path, base, {"2024": numbered(3)})
    ask = Answered(401, {"WWW-Authenticate": "Basic"}, b"zoe-secret")
    scripted.script = lambda call: ask if call.graph else None
    notes: list[str] = []
    with pytest.raises(PushFailed, match="refuses the name or password") as failed:
        push(release, scripted.graph_store, notes=notes)
    assert "zoe" not in str(failed.value)
    both = sum(bool(call.graph) for call in scripted.calls)
    assert both == 2  # without, and once with them

    def echo(call: Call) -> Answered | None:
        if not call.graph:
            return None
        sent = call.headers.get("Authorization", "")
        said = f"zoe-user, zoe-secret! You sent {sent}".encode()
        return Answered(500, {}, said) if sent else ask

    scripted.script = echo
    with pytest.raises(PushFailed, match="You sent") as failed:
        push(release, scripted.graph_store, notes=notes, retries=1)
    everything = str(failed.value) + "".join(notes) + repr(find_credentials("http://a/"))
    assert "zoe" not in everything
    assert base64.b64encode(b"zoe-user:zoe-secret").decode() not in everything
    scripted.script = lambda call: Answered(401, {"WWW-Authenticate": "Bearer a, Negotiate"})
    with pytest.raises(PushFailed, match=r"not known here \(bearer, negotiate\)"):
        push(release, scripted.graph_store)


def test_credentials_come_from_variables_or_from_netrc(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine store.example login zoe password s3cret\n")
    file.chmod(0o600)
    netrc = {"NETRC": str(file)}
    assert find_credentials("https://store.example:8443/a", netrc) == ("zoe", "s3cret")
    assert find_credentials("https://other.example/", netrc) is None
    both = {**netrc, USER: "u", PASSWORD: "p"}
    assert find_credentials("https://store.example/", both) == ("u", "p")
    (tmp_path / ".netrc").write_bytes(file.read_bytes())
    (tmp_path / ".netrc").chmod(0o600)
    assert find_credentials("https://store.example/", {"HOME": str(tmp_path)}) == ("zoe", "s3cret")
    assert find_credentials("https://store.example/", {"HOME": str(tmp_path / "none")}) is None


@pytest.mark.parametrize(
    "variables", [{USER: "zoe"}, {PASSWORD: "s3cret"}, {USER: "zoe", PASSWORD: "s3\ncret"}]
)
def test_credentials_that_are_none_are_refused_unseen(variables: dict[str, str]) -> None:
    with pytest.raises(MisusedCommand) as refused:
        find_credentials("https://store.example/", variables)
    assert "s3" not in str(refused.value)


@pytest.mark.parametrize("content", [b"machine a login s3cret\nbad s3cret", b"\xff\xfes3cret"])
def test_a_netrc_that_is_none_is_named_and_not_quoted(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(MisusedCommand, match="netrc") as refused:
        find_credentials("https://store.example/", {"NETRC": str(file)})
    assert "s3cret" not in str(refused.value)
    with pytest.raises(MisusedCommand, match="none"):
        find_credentials("https://store.example/", {"NETRC": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("to", "query", "update"),
    [
        ("http://s:7878/store", "http://s:7878/query", "http://s:7878/update"),
        ("https://s/a/sparql-graph-crud-auth", "https://s/a/sparql", "https://s/a/sparql-auth"),
        ("https://s/sparql-graph-crud", "https://s/sparql", "https://s/sparql-auth"),
    ],
)
def test_the_endpoints_of_known_stores(to: str, query: str, update: str) -> None:
    assert find_endpoints(to, None, None) == Endpoints(to, query, update)
    assert find_endpoints(to, "http://q", "http://u") == Endpoints(to, "http://q", "http://u")


def test_the_endpoints_of_other_stores_are_given() -> None:
    with pytest.raises(MisusedCommand, match="--query"):
        find_endpoints("http://s/data", None, None)
    assert find_endpoints("http://s/data", "http://s/q", None) == (
        "http://s/data",
        "http://s/q",
        None,
    )


@pytest.mark.parametrize(
    "url",
    ["http://zoe:s3cret@s/store", "http://zoe:s3/cret@s/store", "//zoe:s3cret@s", "zoe:s3cret@s"],
)
def test_an_address_with_a_password_is_refused_and_not_repeated(url: str) -> None:
    for to, query in ((url, None), ("http://s/store", url)):
        with pytest.raises(MisusedCommand, match=USER) as refused:
            find_endpoints(to, query, None)
        for language in ("fr", "en"):
            assert "s3" not in text_in(language, refused.value.args[0])


@pytest.mark.parametrize(
    "url",
    [
        *("", "store", "ftp://s/store", "http:///store", "http://s:x/store"),
        *("http://s/store?a=b", "http://s/store#a", "http://s/\x1bstore"),
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(MisusedCommand) as refused:
        find_endpoints(url, "http://s/query", None)
    assert "\x1b" not in str(refused.value)
