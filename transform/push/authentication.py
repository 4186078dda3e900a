"""Answer an HTTP server that asks who is there: Basic (RFC 7617) and Digest (RFC 7616).

urllib3 does only Basic; Python's own Digest refuses a name or password that is not ASCII.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple
from urllib.request import parse_http_list

from transform.push.credentials import Credentials

# The hash functions of Digest, the strongest first; with «-sess» nobody sends them.
_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
_SCHEME = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s+(.*))?", re.DOTALL)


class Challenge(NamedTuple):
    """What a server asks for: a scheme in small letters, and its parameters."""

    scheme: str
    parameters: dict[str, str]

    @property
    def algorithm(self) -> str:
        """The hash function of Digest."""
        return self.parameters.get("algorithm", "MD5").upper()

    @property
    def is_understood(self) -> bool:
        """Whether it can be answered here."""
        if self.scheme == "basic":
            return True
        offered = [each.strip().lower() for each in self.parameters.get("qop", "auth").split(",")]
        known = self.algorithm in _HASHES and "auth" in offered
        return self.scheme == "digest" and known and {"realm", "nonce"} <= self.parameters.keys()


def read_challenges(headers: Iterable[str]) -> list[Challenge]:
    """Read the values of `WWW-Authenticate` (RFC 9110, 11.6.1), each of one challenge or more.

    The standard library reads headers as Latin-1; where they are UTF-8, they are taken for it.
    """
    challenges: list[Challenge] = []
    for header in headers:
        text = header.encode("latin-1", "replace").decode("utf-8", "replace")
        for item in parse_http_list(text):
            match = _SCHEME.fullmatch(item.strip())
            if match and (match[2] is None or not match[2].startswith("=")):
                challenges.append(Challenge(match[1].lower(), {}))
                item = match[2] or ""
            name, equals, value = item.partition("=")
            if challenges and equals:
                challenges[-1].parameters[name.strip().lower()] = _unquoted(value.strip())
    return challenges


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def choose_challenge(challenges: Iterable[Challenge]) -> Challenge | None:
    """Return the challenge that gives least away: Digest before Basic; None for none of them."""
    known = [each for each in challenges if each.is_understood]
    strength = ["basic", *reversed(_HASHES)]
    by_strength = {
        "basic" if each.scheme == "basic" else each.algorithm: each for each in reversed(known)
    }
    return max(by_strength.items(), key=lambda pair: strength.index(pair[0]))[1] if known else None


class Login:
    """Answers a challenge, for one request after the other."""

    def __init__(self, credentials: Credentials, challenge: Challenge) -> None:
        self._credentials, self._challenge = credentials, challenge
        self._count = 0

    def header(self, method: str, target: str) -> str:
        """Return the value of `Authorization` for a request of a path with its query."""
        if self._challenge.scheme == "basic":
            both = ":".join(self._credentials).encode()
            return " ".join(("Basic", base64.b64encode(both).decode()))
        self._count += 1
        return self._digest(method, target, f"{self._count:08x}", secrets.token_hex(16))

    def _digest(self, method: str, target: str, count: str, client_nonce: str) -> str:
        asked = self._challenge.parameters
        hashed = _HASHES[self._challenge.algorithm]

        def digest(*parts: str) -> str:
            return hashed(":".join(parts).encode()).hexdigest()

        user, password = self._credentials
        secret = digest(user, asked["realm"], password)
        request = digest(method, target)
        fields = {"username": user, "realm": asked["realm"], "nonce": asked["nonce"], "uri": target}
        plain = {"algorithm": asked["algorithm"]} if "algorithm" in asked else {}
        if "qop" in asked:
            nonces = (asked["nonce"], count, client_nonce)
            fields["response"] = digest(secret, *nonces, "auth", request)
            fields["cnonce"] = client_nonce
            plain |= {"qop": "auth", "nc": count}
        else:  # RFC 2069
            fields["response"] = digest(secret, asked["nonce"], request)
        if "opaque" in asked:
            fields["opaque"] = asked["opaque"]
        parts = [f"{name}={_quoted(value)}" for name, value in fields.items()]
        parts += [f"{name}={value}" for name, value in plain.items()]
        # The standard library sends headers as Latin-1; these are the bytes of UTF-8.
        return " ".join(("Digest", ", ".join(parts))).encode().decode("latin-1")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
