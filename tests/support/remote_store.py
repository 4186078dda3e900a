"""Describe a running store that speaks SPARQL 1.1, and wait until it answers."""

import subprocess
import urllib.request
from typing import NamedTuple


class RemoteStore(NamedTuple):
    """The endpoints of a running store, who may write to it ("": everybody), its process.

    `graph_store` is that of the Graph Store HTTP Protocol, `query` that of SPARQL queries, which
    everybody may send.
    """

    graph_store: str
    query: str
    user: str
    password: str
    process: int


def answers(address: str, server: "subprocess.Popen[bytes]") -> bool:
    """Check whether a store answers yet; raises AssertionError where its process has ended."""
    assert server.poll() is None, "the store ended"
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False
