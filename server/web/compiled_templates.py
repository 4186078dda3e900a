"""Keep compiled templates where Python keeps compiled modules: in `__pycache__` (PEP 3147).

To compile a template takes ten times as long as to fill it in. It is kept the first time that a
process uses it and may write there. `python -m server.web.compiled_templates` keeps all of them,
for an installation that those who run it cannot write to.
"""

import pickle
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from server.web import render

_FILES = SourceFileLoader("", "")  # writes a file whole or not at all, as for modules


class CompiledTemplates(BytecodeCache):
    """The compiled templates of an environment, one file a template."""

    def __init__(self) -> None:
        self._jinja = version("jinja2")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002
        """Return the path of what a template was compiled to, "" for one that is no file."""
        return cache_from_source(filename) if filename else ""

    def get_source_checksum(self, source: str) -> str:
        """Return what must be the same for it to be used: the source, and who compiled it.

        Jinja itself compares the version of Python.
        """
        return f"{self._jinja} {super().get_source_checksum(source)}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it; what is missing, older or damaged is compiled anew."""
        if not bucket.key:
            return
        with suppress(OSError, EOFError, pickle.UnpicklingError), Path(bucket.key).open("rb") as it:
            bucket.load_bytecode(it)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it, unless PYTHONDONTWRITEBYTECODE is set or the folder is read-only."""
        if bucket.key and not sys.dont_write_bytecode:
            _FILES.set_data(bucket.key, bucket.bytecode_to_string())


def main() -> None:
    """Compile all templates."""
    app = Flask("server", static_folder=None)
    render.add_filters(app)
    app.jinja_env.bytecode_cache = CompiledTemplates()
    sys.dont_write_bytecode = False
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


if __name__ == "__main__":
    main()
