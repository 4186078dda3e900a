"""Make a certificate that signs itself, for servers of tests that speak TLS."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest


class Certificate(NamedTuple):
    """The files of a certificate and of its key (PEM)."""

    chain: Path
    key: Path


def make_certificate(folder: Path, name: str = "DNS:localhost") -> Certificate:
    """Write `certificate.pem` and `key.pem` for a name, valid for two days; skips without openssl.

    `name` is a subjectAltName, such as `IP:127.0.0.1`.
    """
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl on this machine: apt-get install openssl")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    request = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    request += ["-nodes", "-days", "2", "-subj", f"/CN={name.partition(':')[2]}"]
    request += ["-addext", f"subjectAltName={name}", "-keyout", str(made.key)]
    subprocess.run([*request, "-out", str(made.chain)], check=True, capture_output=True)
    return made
