"""Harvest a catalogue into CKAN: run in an environment that has ckan and ckanext-dcat.

`ckan_harvest.py ADDRESS PROFILE DATABASE`: parses the catalogue as the harvester does, creates
each dataset by CKAN's own action in an empty database, and writes as JSON what CKAN then holds.
For a dataset that CKAN refuses, it names it on the standard error and exits with 1.
"""

import json
import logging
import sys
import urllib.request
from typing import Any

from ckan import logic, model
from ckan.config.environment import load_environment
from ckan.lib import search
from ckan.lib.munge import munge_title_to_name
from ckan.lib.search.index import NoopSearchIndex
from ckanext.dcat.processors import RDFParser

NOWHERE = "127.0.0.1:9"  # nothing answers there: neither Solr nor Redis has a part in this


def main() -> None:
    """Fetch, parse, create, write."""
    address, profile, database = sys.argv[1:]
    datasets = parse(address, profile)
    start(database)
    created = [create(dataset) for dataset in datasets]
    sys.stdout.write(json.dumps(created))


def parse(address: str, profile: str) -> list[dict[str, Any]]:
    """Return the datasets of a catalogue as the parser passes them to the harvester."""
    with urllib.request.urlopen(address, timeout=30) as reply:
        text = reply.read().decode()
    parser = RDFParser(profiles=[profile])
    parser.parse(text, _format="turtle")
    return list(parser.datasets())


def start(database: str) -> None:
    """Start CKAN with its tables in a database; what it creates goes to no search index."""
    logging.disable(logging.CRITICAL)  # CKAN logs at length that there is no Solr and no Redis
    load_environment(
        {
            "__file__": __file__,
            "sqlalchemy.url": database,
            "ckan.site_url": "http://localhost",
            "ckan.plugins": "dcat",
            "ckan.auth.create_unowned_dataset": "true",
            "ckan.redis.url": f"redis://{NOWHERE}",
            "solr_url": f"http://{NOWHERE}/solr",
            "SECRET_KEY": "a test's",
        }
    )
    model.repo.upgrade_db()
    search._INDICES["package"] = NoopSearchIndex


def create(dataset: dict[str, Any]) -> dict[str, Any]:
    """Create a dataset under the name that the harvester would choose; exits where CKAN refuses."""
    user = logic.get_action("get_site_user")({"ignore_auth": True}, {})
    dataset["name"] = munge_title_to_name(dataset["title"]).replace("_", "-")
    try:
        created = logic.get_action("package_create")(
            {"user": user["name"], "ignore_auth": True}, dataset
        )
    except logic.ValidationError as refusal:
        sys.exit(f"CKAN refuses {dataset['title']!r}: {refusal.error_dict}")
    shown: dict[str, Any] = logic.get_action("package_show")(
        {"ignore_auth": True, "use_cache": False}, {"id": created["id"]}
    )
    return shown


if __name__ == "__main__":
    main()
