"""Download the libraries of the query editor from the npm registry into the package (hatchling).

`server/libraries.toml` pins them. Each tarball is checked against its integrity (Subresource
Integrity, sha512); one ES module and the licence are taken from it. A folder that is complete
is left as it is.
"""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import ssl
import tarfile
import time
import tomllib
import urllib.request
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import certifi
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PINS = Path("server/libraries.toml")
FOLDER = Path("server/static/editor")
WITHOUT = "PORTRAIT_IA_EDITOR"
REGISTRY = "https://registry.npmjs.org/"
_TRIES, _TIMEOUT, _PAUSE = 3, 60, 1.0  # times, seconds, seconds
_MOST_BYTES = 8_000_000  # of a tarball, and of a file in it
_IMPORT = re.compile(
    r"""^((?:import|export)\b[^'";]*? from )(['"])([^'"./][^'"]*)\2""", re.MULTILINE
)
# Whole lines only, so that no string is mistaken for a comment.
_COMMENT = re.compile(r"^[ \t]*/\*\*[\s\S]*?\*/[ \t]*\n|^[ \t]*//.*\n", re.MULTILINE)
Library = Mapping[str, str]


class Unbuildable(Exception):
    """A library that cannot be installed; the message names the next step."""


class EditorHook(BuildHookInterface[Any]):
    """Install the editor in its folder before the package is built, also an editable one."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Download missing libraries; ends the build with one line where that fails."""
        if os.environ.get(WITHOUT) == "no":
            self.app.display_warning(f"{WITHOUT}=no: the page for queries is a plain form.")
            return
        try:
            provide(Path(self.root))
        except Unbuildable as fault:
            self.app.abort(str(fault))


def provide(root: Path) -> bool:
    """Fill the folder of the editor; returns False where it was complete. Raises Unbuildable."""
    pins = tomllib.loads((root / PINS).read_text("utf-8"))["libraries"]
    folder = root / FOLDER
    if _is_whole(folder, pins):
        return False
    registry = Registry(root)
    with ThreadPoolExecutor(6) as pool:
        tarballs = list(pool.map(registry.fetch, pins))
    names = {_specifier(pin): module_name(pin) for pin in pins}
    files = {"LICENCES.txt": _licences(pins, tarballs).encode()}
    for pin, tarball in zip(pins, tarballs, strict=True):
        text = take_out(pin, tarball, pin["file"]).decode()
        files[module_name(pin)] = _adapt(pin, text, names).encode()
    _write(folder, files, pins)
    return True


class Registry:
    """The npm registry that this machine uses: environment, `.npmrc` of project and user."""

    def __init__(self, root: Path, environ: Mapping[str, str] = os.environ) -> None:
        options = read_settings(root, environ)
        self.address = options.get("registry", REGISTRY).rstrip("/") + "/"
        self._scopes = {key: value for key, value in options.items() if key.endswith(":registry")}
        trust = ssl.create_default_context()  # honours SSL_CERT_FILE and SSL_CERT_DIR
        certificates = (certifi.where(), options.get("cafile"), environ.get("NODE_EXTRA_CA_CERTS"))
        for file in filter(None, certificates):
            try:
                trust.load_verify_locations(file)
            except OSError as fault:
                hint = "mend cafile= in .npmrc, or NODE_EXTRA_CA_CERTS"
                raise Unbuildable(f"{file}: no certificates ({fault}); {hint}.") from fault
        # urllib itself honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust))

    def fetch(self, pin: Library) -> bytes:
        """Download a tarball that has the integrity of its pin; raises Unbuildable."""
        name, version = pin["name"], pin["version"]
        scope, _, short = name.rpartition("/")
        home = self._scopes.get(f"{scope}:registry", self.address).rstrip("/")
        address = f"{home}/{name}/-/{short}-{version}.tgz"
        body = self._read(address)
        check(pin, body, address)
        return body

    def _read(self, address: str) -> bytes:
        if not address.startswith(("https://", "http://")):
            raise Unbuildable(f"{address}: no web address; mend registry= in .npmrc.")
        for left in reversed(range(_TRIES)):
            try:
                with self._opener.open(address, timeout=_TIMEOUT) as reply:
                    body: bytes = reply.read(_MOST_BYTES + 1)
                    return body
            except (OSError, HTTPException) as fault:
                final = isinstance(fault, HTTPError) and fault.code in (401, 403, 404)
                if final or not left:
                    raise Unbuildable(_offline(address, fault)) from fault
                time.sleep(_PAUSE * (_TRIES - left))
        raise AssertionError("the last try returns or raises")


def _offline(address: str, fault: Exception) -> str:
    return (
        f"{address}: {fault}. The query editor is made of libraries from npm: name a registry that "
        "can be reached (registry= in ~/.npmrc, npm_config_registry, HTTPS_PROXY, SSL_CERT_FILE) "
        f"and install again, or set {WITHOUT}=no for a plain form in its place."
    )


def read_settings(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Read npm's settings, the strongest last: user, project, environment (npm, «config»)."""
    variables = {name.lower(): value for name, value in environ.items() if value}
    user = variables.get("npm_config_userconfig") or str(Path.home() / ".npmrc")
    options: dict[str, str] = {}
    for file in (Path(user), root / ".npmrc"):
        lines = file.read_text("utf-8").splitlines() if file.is_file() else []
        for key, equals, value in (line.partition("=") for line in lines):
            if equals and not key.lstrip().startswith(("#", ";")):
                options[key.strip()] = _expand(value.strip().strip("\"'"), environ)
    for name in ("registry", "cafile"):
        if f"npm_config_{name}" in variables:
            options[name] = variables[f"npm_config_{name}"]
    return options


def _expand(value: str, environ: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda match: environ.get(match[1], match[0]), value)


def check(pin: Library, body: bytes, address: str) -> None:
    """Check a tarball against its integrity; raises Unbuildable."""
    digest = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
    if digest != pin["integrity"]:
        raise Unbuildable(
            f"{address}: its integrity is {digest}, not {pin['integrity']} as {PINS} says; nothing "
            "was installed. Ask who runs the registry, or name another: registry= in ~/.npmrc."
        )


def take_out(pin: Library, tarball: bytes, path: str) -> bytes:
    """Return one plain file of a tarball; no name in it is ever used as a path."""
    entry = f"package/{path}"
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for member in archive:
            if member.name == entry and member.isfile() and member.size <= _MOST_BYTES:
                file = archive.extractfile(member)
                return file.read() if file else b""
    raise Unbuildable(f"{pin['name']} {pin['version']}: holds no plain file {path}; mend {PINS}.")


def module_name(pin: Library) -> str:
    """Return the file name of a library: `@codemirror/view` is codemirror-view.js."""
    name = re.sub(r"[^a-z0-9-]", "-", pin["name"].lstrip("@"))
    return f"{name}.js"


def _specifier(pin: Library) -> str:
    """Return the name under which other libraries import this one."""
    whole = pin["file"].removesuffix(".js")
    return pin["name"] if whole.endswith(("index", pin["name"])) else f"{pin['name']}/{whole}"


def _adapt(pin: Library, text: str, names: Mapping[str, str]) -> str:
    """Remove comments, and make imports relative: no bundler, no import map."""

    def relative(match: re.Match[str]) -> str:
        if match[3] not in names:
            raise Unbuildable(f"{pin['name']}: imports {match[3]}; add it to {PINS}.")
        return f'{match[1]}"./{names[match[3]]}"'

    return _IMPORT.sub(relative, _COMMENT.sub("", text))


def _licences(pins: Iterable[Library], tarballs: Iterable[bytes]) -> str:
    """Return the licences of all libraries, which are served with them."""
    notices = (
        f"{pin['name']} {pin['version']} ({pin['licence']}), from npm; changed: comments left out, "
        f"imports made relative\n\n{take_out(pin, tarball, 'LICENSE').decode().strip()}\n"
        for pin, tarball in zip(pins, tarballs, strict=True)
    )
    return ("\n" + "-" * 72 + "\n\n").join(notices)


def _record(pins: Iterable[Library]) -> dict[str, Any]:
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return {"recipe": recipe, "pins": [dict(pin) for pin in pins]}


def _is_whole(folder: Path, pins: list[Library]) -> bool:
    """Check whether the folder holds exactly what these pins and this program produce."""
    try:
        record = json.loads((folder / "built.json").read_text("utf-8"))
        sums = {name: _sum((folder / name).read_bytes()) for name in record["files"]}
    except (OSError, ValueError, KeyError):
        return False
    return bool(record == {**_record(pins), "files": sums})


def _write(folder: Path, files: Mapping[str, bytes], pins: Iterable[Library]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    sums = {name: _sum(body) for name, body in files.items()}
    record = json.dumps({**_record(pins), "files": sums}, indent=1)
    (folder / "built.json").write_text(record + "\n", "utf-8")


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
