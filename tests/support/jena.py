"""Find Apache Jena's riot: as a command, or in Debian's package, which has no command."""

import atexit
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest

JARS = Path("/usr/share/java")
# The jars of Debian's libapache-jena-java and of its dependencies. Java ignores a missing one.
_JENA = ("arq", "base", "cmds", "core", "dboe-base", "dboe-index", "dboe-storage",
         "dboe-trans-data", "dboe-transaction", "iri", "rdfconnection", "shacl", "shex", "tdb",
         "tdb2")  # fmt: skip
_OTHERS = ("commons-cli", "commons-codec", "commons-compress", "commons-csv", "commons-io",
           "commons-lang3", "dexx.collection", "gson", "guava", "httpclient", "httpclient-cache",
           "httpcore", "jackson-annotations", "jackson-core", "jackson-databind",
           "jakarta.json-api", "jcl-over-slf4j", "jsonld-java", "parsson", "protobuf", "slf4j-api",
           "slf4j-simple", "thrift", "titanium-json-ld")  # fmt: skip
NAMES = (*(f"jena-{name}" for name in _JENA), *_OTHERS)
# Debian moves classes of Jena's own Xerces to xerces/, but leaves their texts here (4.5.0-2).
_TEXTS = "org/apache/jena/ext/"
# One statement, to see whether a packaged riot reads a syntax at all.
TRIALS = {
    "nt": '<http://a.example/> <http://b.example/> "c" .\n',
    "jsonld": '{"@context": {"@version": 1.1, "b": "http://b.example/"},'
    ' "@id": "http://a.example/", "b": "c"}',
}


def find_riot(suffix: str) -> list[str]:
    """Return the command that reads a file of a syntax; skips where no riot can."""
    if riot := shutil.which("riot"):
        return [riot]
    if not shutil.which("java") or not (JARS / "jena-cmds.jar").is_file():
        pytest.skip("no riot, and no java with Debian's libapache-jena-java, on this machine")
    command = _packaged()
    # Debian's packages may not suffice: without jakarta.json there is no JSON-LD 1.1.
    if fault := _try(command, suffix if suffix in TRIALS else "nt"):
        pytest.skip(f"Debian's Apache Jena cannot read one statement of {suffix}: {fault[:200]}")
    return [*command]


@cache
def _packaged() -> tuple[str, ...]:
    """Return riot in Debian's package, with the texts of Xerces where Jena looks for them."""
    folder = Path(tempfile.mkdtemp(prefix="jena-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(JARS / "jena-core.jar") as core:
        for text in (name for name in core.namelist() if name.startswith(_TEXTS)):
            if text.endswith(".properties"):
                target = folder / text.removeprefix(_TEXTS)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(core.read(text))
    path = ":".join(map(str, (folder, *(JARS / f"{name}.jar" for name in NAMES))))
    return "java", "-cp", path, "riotcmd.riot"


@cache
def _try(command: tuple[str, ...], suffix: str) -> str:
    """Return why a command cannot read one statement of a syntax, "" where it can."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / f"trial.{suffix}"
        trial.write_text(TRIALS[suffix], encoding="utf-8")
        ran = subprocess.run(
            [*command, "--output=nquads", str(trial)], capture_output=True, text=True, timeout=600
        )
    if ran.stdout.strip() == TRIALS["nt"].strip():
        return ""
    return (ran.stderr.strip().splitlines() or ["no message"])[0]
