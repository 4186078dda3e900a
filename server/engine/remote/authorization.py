"""Answer the challenge of a store: HTTP Basic (RFC 7617) and Digest (RFC 7616)."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable
from urllib.request import parse_http_list, parse_keqv_list

_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
}


class Authorization:
    """Who asks a store; thread-safe. Nothing is sent before the store asks who it is."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._basic = False
        self._challenge: dict[str, str] | None = None
        self._count = 0
        self._lock = threading.Lock()

    def take(self, challenges: list[str]) -> bool:
        """Take the values of WWW-Authenticate; return whether one of them can be answered."""
        if not self._user:
            return False
        for challenge in challenges:
            scheme, _, rest = challenge.strip().partition(" ")
            if scheme.lower() == "digest":
                values = parse_keqv_list(parse_http_list(rest))
                if values.get("algorithm", "MD5").upper() in _HASHES and "nonce" in values:
                    with self._lock:
                        self._challenge, self._count = values, 0
                    return True
            elif scheme.lower() == "basic":
                self._basic = True
                return True
        return False

    def header(self, method: str, target: str) -> dict[str, str]:
        """Return the header of a request, none before there was a challenge."""
        if self._basic:
            pair = f"{self._user}:{self._password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        with self._lock:
            challenge, self._count = self._challenge, self._count + 1
            count = self._count
        if challenge is None:
            return {}
        return {"Authorization": self._digest(challenge, count, method, target)}

    def _digest(self, challenge: dict[str, str], count: int, method: str, target: str) -> str:
        algorithm = challenge.get("algorithm", "MD5").upper()

        def digest(*parts: str) -> str:
            return _HASHES[algorithm](":".join(parts).encode()).hexdigest()

        realm, nonce = challenge.get("realm", ""), challenge["nonce"]
        who = digest(self._user, realm, self._password)
        what = digest(method, target)
        values = {
            "username": self._user,
            "realm": realm,
            "nonce": nonce,
            "uri": target,
        }
        if "opaque" in challenge:
            values["opaque"] = challenge["opaque"]
        quoted = [f'{name}="{_quote(value)}"' for name, value in values.items()]
        qops = [name.strip() for name in challenge.get("qop", "").split(",")]
        if "auth" in qops:
            number, own = f"{count:08x}", secrets.token_hex(8)
            response = digest(who, nonce, number, own, "auth", what)
            quoted += ["qop=auth", f"nc={number}", f'cnonce="{own}"']
        else:
            response = digest(who, nonce, what)
        if "algorithm" in challenge:
            quoted.append(f"algorithm={challenge['algorithm']}")
        return f'Digest {", ".join(quoted)}, response="{response}"'


def _quote(value: str) -> str:
    # http.client writes headers in Latin-1: the bytes of UTF-8, as RFC 7616, 4, has names.
    return value.replace("\\", "\\\\").replace('"', '\\"').encode().decode("latin-1")
