"""The Containerfile builds and its image runs; the compose file is one: `make test-packaging`.

The base is a root that debootstrap makes. buildah has no read-only root and asks no health check:
here the user of the image can write nowhere else, and its health check is run by hand.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import jsonschema
import pytest
import yaml

from tests.conftest import PROJECT
from tests.support.ports import take_port
from tests.support.waiting import wait_until

pytestmark = pytest.mark.packaging
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
COMPOSE = PROJECT / "docs/exploitation/compose.yaml"
# It carries the schema of the Compose Specification as it was in May 2021.
SCHEMA = "docker-compose==1.29.2", "compose/config/compose_spec.json"


class Buildah:
    """buildah with a storage of its own."""

    def __init__(self, folder: Path) -> None:
        places = ["--root", str(folder / "storage"), "--runroot", str(folder / "run")]
        self.command = ["buildah", *places, "--storage-driver", "vfs"]

    def __call__(self, *arguments: object) -> str:
        """Run a command, and return its output."""
        done = subprocess.run(
            [*self.command, *map(str, arguments)], capture_output=True, text=True, timeout=1800
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout.strip()


@pytest.fixture(scope="module")
def image() -> Iterator[tuple[Buildah, str]]:
    """The image of this checkout, on a base made of Debian's packages alone."""
    if os.geteuid() != 0 or not (shutil.which("buildah") and shutil.which("debootstrap")):
        pytest.skip("wants root, buildah and debootstrap")
    with tempfile.TemporaryDirectory(prefix="container-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        root, context, buildah = folder / "root", folder / "context", Buildah(folder)
        packages = "--include=python3-venv,ca-certificates"
        bootstrap = ["debootstrap", "--variant=minbase", packages, "bookworm", str(root), MIRROR]
        done = subprocess.run(bootstrap, capture_output=True, text=True, timeout=1800)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        base = buildah("from", "scratch")
        buildah("add", "--quiet", base, root, "/")
        buildah("commit", "--quiet", base, "base")
        write_context(context)
        given = ["--build-arg", "BASE=localhost/base", "--build-arg", "PIP_NO_INDEX=1"]
        given += ["--ignorefile", str(PROJECT / ".containerignore"), "--isolation", "chroot"]
        buildah("build", "--format", "docker", *given, "--tag", "portrait-ia", context)
        yield buildah, "localhost/portrait-ia"
        buildah("rm", "--all")


def write_context(context: Path) -> None:
    """Write what the Containerfile copies, with the libraries, so that it fetches nothing."""
    dist = context / "dist"
    dist.mkdir(parents=True)
    for name in ("Containerfile", "requirements.txt"):
        shutil.copy(PROJECT / name, context / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    locked = ["--require-hashes", "--no-deps", "-r", str(PROJECT / "requirements.txt")]
    python = ["--python-version", "3.11", "--only-binary", ":all:"]
    subprocess.run([*PIP, "download", *python, *locked, "-d", str(dist)], check=True)


def test_the_image_runs_as_somebody_without_rights(
    image: tuple[Buildah, str], example: Path
) -> None:
    buildah, name = image
    config = json.loads(buildah("inspect", "--type", "image", name))["Docker"]["config"]
    assert config["User"] == "1000:1000"
    container = buildah("from", name)
    example.chmod(0o755)
    before = sorted(example.rglob("*"))
    run = ["run", "--isolation", "chroot", "--volume", f"{example}:/releases:ro", container, "--"]
    written = "id -u; for at in / /releases /opt/portrait-ia /etc /stores /tmp; do"
    written += " touch $at/written 2>/dev/null && echo $at; done"
    assert buildah(*run, "sh", "-c", written).split() == ["1000", "/stores", "/tmp"]

    port, reservation = take_port()
    serve = [*config["Entrypoint"], *config["Cmd"], "--port", str(port), "--engine", "disk"]
    with reservation:
        server = subprocess.Popen([*buildah.command, *run, *serve])
        try:
            wait_until(lambda: answers(port, server), 300)
            for path in ("", "sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D", "initiatives"):
                assert read(port, path)
            check = [part.replace(":8000", f":{port}") for part in config["Healthcheck"]["Test"]]
            assert check[0] == "CMD"
            buildah(*run, *check[1:])
        finally:
            server.terminate()
            server.wait(60)
    assert sorted(example.rglob("*")) == before


def answers(port: int, server: "subprocess.Popen[bytes]") -> bool:
    assert server.poll() is None
    try:
        return bool(read(port, "readyz"))
    except OSError:
        return False


def read(port: int, path: str) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30) as reply:
        body: bytes = reply.read()
        return body


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    package, path = SCHEMA
    subprocess.run([*PIP, "download", "--no-deps", package, "-d", str(tmp_path)], check=True)
    [archive] = tmp_path.glob("*.whl")
    schema = json.loads(zipfile.ZipFile(archive).read(path))
    content: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert list(validator.iter_errors(content)) == []
    assert list(validator.iter_errors({**content, "services": {"site": {"imag": "x"}}}))
    assert (COMPOSE.parent / content["services"]["site"]["build"]["context"]).resolve() == PROJECT
    assert content["services"]["site"]["read_only"] is True
