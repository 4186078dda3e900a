"""Write a bill of materials (CycloneDX) of what a site runs and serves: `make sbom`.

The packages are those of `requirements.txt`, as `cyclonedx-py` lists them; what comes from npm is
added from `package-lock.json`.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[2]


def add_packages(bill: dict[str, Any], packages: Mapping[str, Mapping[str, Any]]) -> None:
    """Add packages of `package-lock.json`, and make all components what the application wants."""
    for path, package in packages.items():
        if not path:
            continue  # ours
        group, _, name = path.rpartition("node_modules/")[2].rpartition("/")
        algorithm, _, digest = package["integrity"].partition("-")
        assert algorithm == "sha512", path
        address = f"pkg:npm/{f'{quote(group)}/' if group else ''}{name}@{package['version']}"
        component = {
            "bom-ref": address,
            "type": "library",
            "name": name,
            "version": package["version"],
            "purl": address,
            "scope": "excluded" if package.get("dev") else "required",  # «dev» builds, others serve
            "licenses": [_licence(package["license"])],
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}],
        }
        bill["components"].append(component | ({"group": group} if group else {}))
        bill["dependencies"].append({"ref": address})
    root = bill["metadata"]["component"]["bom-ref"]
    references = [component["bom-ref"] for component in bill["components"]]
    others = [entry for entry in bill["dependencies"] if entry["ref"] != root]
    bill["dependencies"] = [*others, {"ref": root, "dependsOn": references}]


def _licence(named: str) -> dict[str, Any]:
    """Return a licence as CycloneDX writes it: an identifier of SPDX, or an expression of some."""
    return {"expression": named} if " " in named else {"license": {"id": named}}


def main(target: str) -> None:
    """Write the bill of this checkout to a file."""
    command = [str(Path(sys.executable).with_name("cyclonedx-py")), "requirements"]
    command += ["requirements.txt", "--pyproject", "pyproject.toml", "--output-reproducible"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    bill = json.loads(listed)
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    add_packages(bill, packages)
    file = Path(target)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{file}: {len(bill['components'])} components, {len(packages) - 1} of them from npm")


if __name__ == "__main__":
    main(*sys.argv[1:])
