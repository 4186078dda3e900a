"""Put a proxy in front of a site, with the configuration that the docs give for it."""

import http.client
import itertools
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.conftest import PROJECT
from tests.support.certificate import make_certificate
from tests.support.reply import Reply
from tests.support.waiting import wait_until

FILES = PROJECT / "docs/exploitation"
_MODULES = (
    *("mpm_event", "authz_core", "alias", "env", "filter", "deflate", "mime", "headers", "proxy"),
    *("proxy_http", "reqtimeout", "setenvif", "socache_shmcb", "ssl"),
)


_NUMBERS = itertools.count(1)


def new_client() -> str:
    """Return an address of this machine from which no request came before."""
    number = next(_NUMBERS)
    return f"127.{2 + number // 65536}.{number // 256 % 256}.{number % 256}"


class Proxy(NamedTuple):
    """A proxy: its name, the address of the site there, and the certificate that it shows."""

    name: str
    site: str
    certificate: Path

    def connect(self, client: str | None = None) -> http.client.HTTPSConnection:
        """Return a connection from an address of this machine, else a new one."""
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        parts = urlsplit(self.site)
        return http.client.HTTPSConnection(
            parts.netloc, timeout=90, context=trusting, source_address=(client or new_client(), 0)
        )

    def fetch(
        self,
        address: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Any = None,
        client: str | None = None,
    ) -> Reply:
        """Send one request on a connection of its own, as a client that made none before."""
        parts = urlsplit(address)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        with closing(self.connect(client)) as connection:
            connection.request(method, target, body, headers or {})
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())


@contextmanager
def start_proxy(name: str, site: str, folder: Path, port: int) -> Iterator[Proxy]:
    """Start `nginx`, `caddy` or `apache2` in front of a site; its files stand in a new folder.

    Of the configuration in the docs nothing is changed but host, ports and paths. Skips the test
    where the program, or openssl for its certificate, is missing.
    """
    program = _find(name)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
    make_certificate(folder)
    log = folder / "log"
    command = _WRITERS[name](program, site, folder, port)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    proxy = Proxy(name, f"https://localhost:{port}/ia/", folder / "certificate.pem")
    try:
        wait_until(lambda: _answers(proxy, process, log))
        yield proxy
    finally:
        process.terminate()
        process.wait(60)


def _find(program: str) -> str:
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"no {program} on this machine")
    return found


def _fill_in(name: str, site: str, folder: Path, listen: tuple[str, str]) -> Path:
    """Copy a configuration of the docs, with host, ports and paths of a test."""
    text = (FILES / name).read_text("utf-8")
    changes = (listen, ("/etc/ssl/portrait-ia", str(folder)), ("127.0.0.1:8000", _netloc(site)))
    for there, here in (*changes, ("ia.exemple.gouv.qc.ca", "localhost")):
        assert there in text, (name, there)
        text = text.replace(there, here)
    file = folder / f"site-{name}"
    file.write_text(text, "utf-8")
    return file


def _netloc(site: str) -> str:
    return urlsplit(site).netloc


def _write_nginx(program: str, site: str, folder: Path, port: int) -> list[str]:
    file = _fill_in("nginx.conf", site, folder, ("listen 443", f"listen 127.0.0.1:{port}"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"user root; pid {folder}/pid; worker_processes 1; error_log stderr; daemon off;"
        f" events {{ }} http {{ access_log off; gzip on; gzip_types *; {temporary}"
        f" include {file}; }}"
    )
    return [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _write_caddy(program: str, site: str, folder: Path, port: int) -> list[str]:
    listen = ("ia.exemple.gouv.qc.ca {", f"https://ia.exemple.gouv.qc.ca:{port} {{")
    file = _fill_in("Caddyfile", site, folder, listen)
    text, options = file.read_text("utf-8"), "\n{\n"
    assert text.count(options) == 1
    more = "\tadmin off\n\tgrace_period 5s\n\tauto_https disable_redirects\n"
    file.write_text(text.replace(options, f"{options}{more}\tdefault_bind 127.0.0.1\n"), "utf-8")
    return [program, "run", "--config", str(file), "--adapter", "caddyfile"]


def _write_apache(program: str, site: str, folder: Path, port: int) -> list[str]:
    listen = ("<VirtualHost *:443>", f"<VirtualHost 127.0.0.1:{port}>")
    file = _fill_in("apache.conf", site, folder, listen)
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in _MODULES
    )
    (folder / "apache.conf").write_text(
        f"{modules}ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\n"
        f"ErrorLog {folder}/errors\nServerName localhost\nListen 127.0.0.1:{port}\n"
        "TypesConfig /dev/null\nUser www-data\nGroup www-data\n"
        f"AddOutputFilterByType DEFLATE text/html text/plain text/turtle\nInclude {file}\n"
    )
    return [program, "-DFOREGROUND", "-f", str(folder / "apache.conf")]


_WRITERS: dict[str, Callable[[str, str, Path, int], list[str]]] = {
    "nginx": _write_nginx,
    "caddy": _write_caddy,
    "apache2": _write_apache,
}


def _answers(proxy: Proxy, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, log.read_text("utf-8", "replace")
    with suppress(OSError), socket.create_connection(("127.0.0.1", urlsplit(proxy.site).port), 5):
        return proxy.fetch(f"{proxy.site}healthz").status == 200
    return False
