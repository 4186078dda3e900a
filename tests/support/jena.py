"""Find Apache Jena's riot: as a command, or in Debian's package, which has no command."""

import shutil
import subprocess
import zipfile
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


def find_riot(folder: Path, suffix: str) -> list[str]:
    """Return the command that reads a file of a syntax; skips where no riot can.

    `folder` is one that the test may write in.
    """
    if riot := shutil.which("riot"):
        return [riot]
    java = shutil.which("java")
    if not java or not (JARS / "jena-cmds.jar").is_file():
        pytest.skip("no riot, and no java with Debian's libapache-jena-java, on this machine")
    with zipfile.ZipFile(JARS / "jena-core.jar") as core:
        for text in (name for name in core.namelist() if name.startswith(_TEXTS)):
            if text.endswith(".properties"):
                target = folder / text.removeprefix(_TEXTS)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(core.read(text))
    path = ":".join(map(str, (folder, *(JARS / f"{name}.jar" for name in NAMES))))
    command = [java, "-cp", path, "riotcmd.riot"]
    _try(command, folder, suffix)
    return command


def _try(command: list[str], folder: Path, suffix: str) -> None:
    """Skip where Debian's packages do not suffice: without jakarta.json there is no JSON-LD 1.1."""
    trial = folder / f"trial.{suffix if suffix in TRIALS else 'nt'}"
    trial.write_text(TRIALS[trial.suffix[1:]], encoding="utf-8")
    ran = subprocess.run(
        [*command, "--output=nquads", str(trial)], capture_output=True, text=True, timeout=600
    )
    if ran.stdout.strip() != TRIALS["nt"].strip():
        fault = (ran.stderr.strip().splitlines() or ["no message"])[0]
        pytest.skip(f"Debian's Apache Jena cannot read one statement of {suffix}: {fault[:200]}")
