"""Start anew in a forked process: threads and connections stay with its parent."""

import os
import weakref
from typing import Any


def call_in_forked(method: Any) -> None:
    """Call a method in each process that is forked from this one, while its object lives."""
    reference = weakref.WeakMethod(method)

    def call() -> None:
        if bound := reference():
            bound()

    os.register_at_fork(after_in_child=call)
