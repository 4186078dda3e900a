"""Write the service manifest (0.2, section 3.1)."""

from typing import Any

from server.reconciliation.read_queries import LEAST_COUNTED, MOST_CHARACTERS, MOST_QUERIES
from server.reconciliation.types import EntityType, class_iri, read_offer
from server.release import labels
from server.release.current import Release
from transform.rdf.namespaces import vocabulary_of

WIDTH, HEIGHT = 430, 300  # pixels of a preview
_NAMES = {"fr": "{} – rapprochement", "en": "{} – reconciliation"}
_SETTINGS = (
    ("annee", "text", {"fr": "Année {de portrait}", "en": "Year of {portrait}"}, {
        "fr": "Seulement ce que dit {le portrait} de cette année ; vide : {tous (portraits)}.",
        "en": "Only what the {portrait} of this year says; empty: all.",
    }, ""),
    ("limit", "number", {"fr": "Nombre de valeurs", "en": "Number of values"}, {
        "fr": "Le plus de valeurs par entité ; 0 : toutes.",
        "en": "The most values of an entity; 0: all.",
    }, 0),
)  # fmt: skip


def write_manifest(release: Release, address: str, language: str) -> dict[str, Any]:
    """Return the manifest; `address` is that of the site as the client reaches it."""
    title = release.register.choose(release.manifest["series"]["title"], language)
    words = release.register.words_in(language)
    root, default = f"{address}reconciliation", read_offer(release).default
    return {
        "versions": ["0.2"],
        "name": _NAMES[language].format(title.value),
        "defaultTypes": [describe_kind(kind, release, language) for kind in default],
        "documentation": f"{address}aide/openrefine?lang={language}",
        "serviceVersion": str(release.manifest["software"]["version"]),
        "batchSize": MOST_QUERIES,
        # Not of the standard, which knows no other limit of a batch.
        "batchCharacters": {"most": MOST_CHARACTERS, "leastCounted": LEAST_COUNTED},
        "identifierSpace": f"{release.base_uri}id/",
        "schemaSpace": vocabulary_of(release.base_uri),
        # An identifier is an absolute IRI, which clients escape: it cannot be part of a path.
        "view": {"url": f"{root}/view?id={{{{id}}}}"},
        "preview": {
            "url": f"{root}/preview?id={{{{id}}}}&lang={language}",
            "width": WIDTH,
            "height": HEIGHT,
        },
        "suggest": {
            each: {"service_url": root, "service_path": f"/suggest/{each}"}
            for each in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/extend/propose"},
            "property_settings": [
                {"name": name, "label": label[language].format(**words), "type": kind,
                 "help_text": help_text[language].format(**words), "default": default}
                for name, kind, label, help_text, default in _SETTINGS
            ],
        },
    }  # fmt: skip


def describe_kind(kind: EntityType, release: Release, language: str) -> dict[str, str]:
    """Describe a type: its IRI, and its name in the vocabulary of the release."""
    iri = class_iri(kind, release.base_uri)
    return {"id": iri, "name": labels.name_of_term(iri, release, language)[0]}
