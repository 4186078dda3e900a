"""Push a release to a running store, in this process, and change what the store holds."""

import os
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.support.remote_store import RemoteStore
from transform.push import push
from transform.push.credentials import PASSWORD, USER
from transform.push.endpoints import find_endpoints
from transform.push.exchange import StoreExchange
from transform.push.store import Store


def store_release(store: RemoteStore, folder: Path) -> None:
    """Push the release of a folder."""
    who = {USER: store.user, PASSWORD: store.password, "NETRC": os.devnull}
    with (
        patch.dict(os.environ, {name: value for name, value in who.items() if value}),
        StoreExchange(90, 2, lambda _: None) as exchange,
    ):
        push.push(folder, Store(find_endpoints(store.graph_store, None, None), exchange))


def change_graph(method: str, store: RemoteStore, graph: str, triples: str = "") -> None:
    """Change a graph of a store that everybody may write to, by its Graph Store."""
    url = f"{store.graph_store}?{urlencode({'graph': graph})}"
    headers = {"Content-Type": "application/n-triples"}
    urlopen(Request(url, triples.encode() or None, headers, method=method), timeout=90).close()
