"""Take ports that no other test takes meanwhile."""

import random
import socket
from contextlib import suppress


def take_port() -> tuple[int, socket.socket]:
    """Return a free port, and a socket that keeps it from all other tests while it is open.

    Ports below 32768 are not given to clients, see ip_local_port_range of ip(7). An abstract name
    of a socket, see unix(7), belongs to one process at a time, in whichever run of the tests.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        reservation = socket.socket(socket.AF_UNIX)
        with socket.socket() as free, suppress(OSError):
            reservation.bind(f"\0portrait-ia-tests-{port}")
            free.bind(("127.0.0.1", port))
            return port, reservation
        reservation.close()
