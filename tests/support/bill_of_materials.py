"""Write a bill of materials (CycloneDX) of what a site runs and serves: `make sbom`.

The packages are those of `requirements.txt`, as `cyclonedx-py` lists them; the libraries of the
query editor, which come from npm, are added from `server/libraries.toml`.
"""

import base64
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[2]


def add_libraries(bill: dict[str, Any], libraries: Iterable[Mapping[str, str]]) -> None:
    """Add libraries from npm, and make all components what the application depends on."""
    for library in libraries:
        group, _, name = library["name"].rpartition("/")
        algorithm, _, digest = library["integrity"].partition("-")
        assert algorithm == "sha512", library
        address = f"pkg:npm/{f'{quote(group)}/' if group else ''}{name}@{library['version']}"
        component = {
            "bom-ref": address,
            "type": "library",
            "name": name,
            "version": library["version"],
            "purl": address,
            "licenses": [{"license": {"id": library["licence"]}}],
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}],
        }
        bill["components"].append(component | ({"group": group} if group else {}))
        bill["dependencies"].append({"ref": address})
    root = bill["metadata"]["component"]["bom-ref"]
    references = [component["bom-ref"] for component in bill["components"]]
    others = [entry for entry in bill["dependencies"] if entry["ref"] != root]
    bill["dependencies"] = [*others, {"ref": root, "dependsOn": references}]


def main(target: str) -> None:
    """Write the bill of this checkout to a file."""
    command = [str(Path(sys.executable).with_name("cyclonedx-py")), "requirements"]
    command += ["requirements.txt", "--pyproject", "pyproject.toml", "--output-reproducible"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    bill = json.loads(listed)
    libraries = tomllib.loads((ROOT / "server" / "libraries.toml").read_text("utf-8"))["libraries"]
    add_libraries(bill, libraries)
    file = Path(target)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{file}: {len(bill['components'])} components, {len(libraries)} of them from npm")


if __name__ == "__main__":
    main(*sys.argv[1:])
