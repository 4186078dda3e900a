"""The systemd unit of the docs: sound, closed, and a site runs under what it forbids."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import COMMAND, PROJECT
from tests.support import unit_sandbox
from tests.support.ports import take_port
from tests.support.processes import family
from tests.support.waiting import wait_until

UNIT = PROJECT / "docs/exploitation/portrait-ia.service"
INSTALLED = "/opt/portrait-ia/bin/portrait-ia"
MOST_EXPOSURE = 2.5
# What only systemd as init applies.
UNTRIED = {
    *("CacheDirectoryMode", "DevicePolicy", "EnvironmentFile", "IPAddressAllow", "IPAddressDeny"),
    *("KeyringMode", "KillMode", "LimitNOFILE", "LockPersonality", "PrivateDevices"),
    *("PrivateMounts", "PrivateUsers", "ProtectClock", "ProtectControlGroups", "ProtectHostname"),
    *("ProtectKernelLogs", "ProtectKernelModules", "RemoveIPC", "Restart", "RestartSec"),
    *("RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "TimeoutStopSec", "Type"),
}
PROBE = """
import ctypes, json, mmap, os, socket, sys
from pathlib import Path
refused = {}
def attempt(name, work):
    try:
        work()
    except OSError as error:
        refused[name] = error.errno
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)
for folder in sys.argv[1:]:
    attempt(folder, lambda: (Path(folder) / "written").write_text("x"))
attempt("netlink", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
attempt("executable memory", lambda: mmap.mmap(-1, 4096, prot=7))
attempt("mount", lambda: call("mount", b"tmpfs", b"/tmp", b"tmpfs", 0, None))
attempt("setuid", lambda: os.setuid(0))
attempt("chroot", lambda: os.chroot("/tmp"))
print(json.dumps({"uid": os.getuid(), "groups": os.getgroups(), "refused": refused}))
"""


def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    if not Path("/usr/bin/systemd-analyze").exists():
        pytest.skip("no systemd-analyze on this machine")
    unit = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8")
    assert text.count(INSTALLED) == 1
    unit.write_text(text.replace(INSTALLED, str(COMMAND)))
    analyze = ["systemd-analyze", "--no-pager"]
    verified = subprocess.run(
        [*analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    done = subprocess.run(
        [*analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True
    )
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure, done.stdout + done.stderr
    assert float(exposure[1]) <= MOST_EXPOSURE


def test_each_directive_is_tried_or_named_as_one_that_is_not() -> None:
    assert set(unit_sandbox.read_service(UNIT)) == unit_sandbox.TRIED | UNTRIED
    assert not unit_sandbox.TRIED & UNTRIED


@contextmanager
def start_service(
    releases: Path, cache: Path, command: list[str], **settings: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run a command as the unit would."""
    if missing := unit_sandbox.what_is_missing():
        pytest.skip(missing)
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), "LC_ALL": "C.UTF-8"}
    for line in unit_sandbox.read_service(UNIT)["Environment"]:
        environment |= dict(pair.split("=", 1) for pair in line.split())
    kept = [Path(sys.base_prefix), Path(sys.prefix), PROJECT]
    process = subprocess.Popen(
        unit_sandbox.sandboxed(UNIT, releases, cache, command, kept),
        env=environment | settings,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_what_the_sandbox_forbids_is_refused(folder: Path, tmp_path: Path) -> None:
    folders = [unit_sandbox.RELEASES, "/etc", str(PROJECT), "/srv", "/proc/sys/kernel"]
    writable = [unit_sandbox.CACHE, "/tmp", "/var/tmp"]
    command = [sys.executable, "-c", PROBE, *folders, *writable]
    with start_service(folder, tmp_path, command) as probe:
        output, _ = probe.communicate(timeout=90)
    found = json.loads(output)
    assert (found["uid"], found["groups"]) == (unit_sandbox.USER, [])
    others = ["netlink", "executable memory", "mount", "setuid", "chroot"]
    assert sorted(found["refused"]) == sorted([*folders, *others])
    assert (tmp_path / "written").exists()
    assert not (folder / "written").exists()


@pytest.mark.parametrize("engine", ["memory", "disk"])
def test_a_site_runs_as_the_unit_runs_it(
    example: Path, tmp_path: Path, fetch: Any, engine: str
) -> None:
    example.chmod(0o755)  # as releases are that another user wrote
    before = sorted(example.rglob("*"))
    start = unit_sandbox.read_service(UNIT)["ExecStart"][0].split()
    assert start == [INSTALLED, "serve", unit_sandbox.RELEASES]
    port, reservation = take_port()
    command = [sys.executable, str(COMMAND), *start[1:], "--port", str(port)]
    site = f"http://127.0.0.1:{port}/"
    with (
        reservation,
        start_service(example, tmp_path, command, PORTRAIT_IA_ENGINE=engine) as server,
    ):

        def is_ready() -> bool:
            assert server.poll() is None, server.communicate()[0]
            try:
                return bool(fetch(f"{site}readyz").status == 200)
            except OSError:
                return False

        wait_until(is_ready)
        for path in ("initiatives", "graphiques/categories-2025.png", "dumps/portraits.nt"):
            assert fetch(site + path).status == 200, path
        # More than is held in memory: it goes to a file of /tmp.
        query = quote("SELECT * { ?a ?b ?c . ?d a ?e } LIMIT 20000")
        reply = fetch(f"{site}sparql?query={query}", Accept="text/csv")
        assert (reply.status, reply.body.count(b"\n")) == (200, 20001)
        assert len(reply.body) > 1 << 20
        query = quote("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
        assert fetch(f"{site}sparql?query={query}").status == 403
        looked_at = 0
        for process in family(server.pid):
            with suppress(OSError):  # a query process that has just ended
                status = Path(f"/proc/{process}/status").read_text()
                assert re.search(rf"\nUid:(\t{unit_sandbox.USER}){{4}}\n", status)
                assert re.search(r"\nCapBnd:\t0+\n", status)
                assert "\nNoNewPrivs:\t1\n" in status
                looked_at += 1
        assert looked_at > 4  # the server, its workers, their fork servers
    assert sorted(example.rglob("*")) == before
    assert bool(list(tmp_path.glob("*-checked"))) == (engine == "disk")
