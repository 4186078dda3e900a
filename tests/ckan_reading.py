"""Read a catalogue with CKAN's own parser: run in an environment that has ckan and ckanext-dcat.

`ckan_reading.py ADDRESS PROFILE`: writes the datasets as CKAN would create them, as JSON. Keywords
go through CKAN's own validators, which need no database.
"""

import json
import sys
import urllib.request

from ckan.logic.validators import tag_length_validator, tag_name_validator
from ckanext.dcat.processors import RDFParser


def main() -> None:
    """Fetch, parse, validate keywords, write."""
    address, profile = sys.argv[1:]
    with urllib.request.urlopen(address, timeout=30) as reply:
        text = reply.read().decode()
    parser = RDFParser(profiles=[profile])
    parser.parse(text, _format="turtle")
    datasets = list(parser.datasets())
    for tag in (tag for dataset in datasets for tag in dataset["tags"]):
        tag_name_validator(tag_length_validator(tag["name"], {}), {})
    sys.stdout.write(json.dumps(datasets))


if __name__ == "__main__":
    main()
