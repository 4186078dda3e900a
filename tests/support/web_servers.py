"""Run nginx and Apache of the system over a folder, on a free port, with rules of their own."""

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import take_port
from tests.support.waiting import wait_until

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
APACHE = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_MODULES = Path("/usr/lib/apache2/modules")


@contextmanager
def nginx(folder: Path, http: str, server: str) -> Iterator[str]:
    """Run nginx with directives for its blocks; yields its address."""
    if NGINX is None:
        pytest.skip("no nginx on this machine (Debian's nginx-light)")
    port, reservation = take_port()
    scratch = "".join(
        f"  {name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\n"
        f"error_log {folder}/error.log;\nevents {{ }}\n"
        f"http {{\n  access_log off;\n{scratch}{http}\n"
        f"  server {{\n    listen 127.0.0.1:{port};\n{server}\n  }}\n}}\n"
    )
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with reservation, _run(command, folder, port) as at:
        yield at


@contextmanager
def apache(folder: Path, root: Path, modules: Sequence[str]) -> Iterator[str]:
    """Run Apache over a folder whose `.htaccess` decides; yields its address."""
    if APACHE is None or not _MODULES.is_dir():
        pytest.skip("no Apache on this machine (Debian's apache2)")
    port, reservation = take_port()
    loaded = "".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so\n" for name in modules)
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\n"
        f"PidFile {folder}/pid\nTypesConfig /dev/null\nDefaultRuntimeDir {folder}\n"
        f"ErrorLog {folder}/error.log\n{loaded}{user}"
        f"DocumentRoot {root}\n<Directory {root}>\nRequire all granted\nAllowOverride All\n"
        "Options FollowSymLinks\n</Directory>\n"
    )
    command = [APACHE, "-d", str(folder), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]
    with reservation, _run(command, folder, port) as at:
        yield at


@contextmanager
def _run(command: list[str], folder: Path, port: int) -> Iterator[str]:
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stderr=output)
    address = f"http://127.0.0.1:{port}/"

    def answers() -> bool:
        log = folder / "error.log"
        said = log if log.exists() else folder / "output"
        assert process.poll() is None, said.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    try:
        wait_until(answers)
        yield address
    finally:
        process.terminate()
        process.wait(60)
