"""List the checks, in the order in which they are run: what each follows, and how heavy it is.

The names are stable: they are the fragments of the tests' IRIs in EARL, and what `--skip` takes.
"""

from server.conformance import (
    catalogue_checks,
    description_checks,
    freshness_checks,
    http_checks,
    sparql_checks,
)
from server.conformance.check import Check, Document

_HTTP = "https://www.rfc-editor.org/rfc/rfc9110.html"
_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
_OWN = "https://www.w3.org/TR/cooluris/#r303gendocument"
_LIMITS_PAGE = Document("/sparql/limites", "sparql/limites")

CHECKS = (
    Check(
        "accept",
        http_checks.check_accept,
        (Document("RFC 9110, 12.5.1", f"{_HTTP}#field.accept"),),
    ),
    Check(
        "same-statements",
        http_checks.check_same_statements,
        (
            Document(
                "RDF 1.1 Concepts, 3", "https://www.w3.org/TR/rdf11-concepts/#section-rdf-graph"
            ),
        ),
    ),
    Check(
        "head",
        http_checks.check_head,
        (Document("RFC 9110, 9.3.2", f"{_HTTP}#HEAD"),),
        outside=True,
    ),
    Check(
        "conditions",
        http_checks.check_conditions,
        (Document("RFC 9110, 13", f"{_HTTP}#conditional.requests"),),
        outside=True,
    ),
    Check(
        "ranges", http_checks.check_ranges, (Document("RFC 9110, 14", f"{_HTTP}#range.requests"),)
    ),
    Check(
        "cors",
        http_checks.check_cors,
        (Document("Fetch, 3.3", "https://fetch.spec.whatwg.org/#http-cors-protocol"),),
    ),
    Check(
        "headers",
        http_checks.check_headers,
        (Document("Content Security Policy 3", "https://www.w3.org/TR/CSP3/"),),
    ),
    Check(
        "problems",
        http_checks.check_problems,
        (
            Document("RFC 9457, 3", "https://www.rfc-editor.org/rfc/rfc9457.html#section-3"),
            Document("RFC 9110, 15.5.6", f"{_HTTP}#status.405"),
        ),
    ),
    Check(
        "dereferencing",
        description_checks.check_dereferencing,
        (Document("Cool URIs for the Semantic Web, 4.2", _OWN),),
    ),
    Check(
        "protocol",
        sparql_checks.check_protocol,
        (Document("SPARQL 1.1 Protocol, 2.1", f"{_PROTOCOL}#query-operation"),),
    ),
    Check(
        "result-formats",
        sparql_checks.check_result_formats,
        (
            Document("SPARQL 1.1 Protocol, 2.1.5", f"{_PROTOCOL}#conneg"),
            Document(
                "SPARQL 1.1 Service Description, 3.2.5",
                "https://www.w3.org/TR/sparql11-service-description/#sd-resultFormat",
            ),
        ),
    ),
    Check(
        "update",
        sparql_checks.check_update,
        (Document("SPARQL 1.1 Protocol, 4", f"{_PROTOCOL}#policy"),),
    ),
    Check(
        "service",
        sparql_checks.check_service,
        (Document("SPARQL 1.1 Protocol, 4", f"{_PROTOCOL}#policy"),),
    ),
    Check(
        "description",
        description_checks.check_description,
        (
            Document(
                "SPARQL 1.1 Service Description, 3",
                "https://www.w3.org/TR/sparql11-service-description/#vocab",
            ),
        ),
    ),
    Check(
        "void",
        description_checks.check_void,
        (Document("VoID, 4.6", "https://www.w3.org/TR/void/#statistics"),),
    ),
    Check(
        "void-links",
        description_checks.check_void_links,
        (Document("VoID, 3", "https://www.w3.org/TR/void/#access"),),
    ),
    Check(
        "dcat",
        catalogue_checks.check_dcat,
        (Document("DCAT-AP 3.0.1", "https://semiceu.github.io/DCAT-AP/releases/3.0.1/"),),
        heavy=True,
    ),
    Check(
        "release",
        freshness_checks.check_release,
        (Document("/readyz", "readyz"),),
        outside=True,
    ),
    Check(
        "freshness",
        freshness_checks.check_freshness,
        (
            Document(
                "RFC 9111, 4.2", "https://www.rfc-editor.org/rfc/rfc9111.html#expiration.model"
            ),
        ),
    ),
    Check(
        "query-length",
        sparql_checks.check_query_length,
        (_LIMITS_PAGE, Document("RFC 9110, 15.5.14", f"{_HTTP}#status.413")),
    ),
    Check(
        "query-seconds",
        sparql_checks.check_query_seconds,
        (_LIMITS_PAGE, Document("RFC 9110, 15.6.4", f"{_HTTP}#status.503")),
        heavy=True,
    ),
    Check(
        "files",
        catalogue_checks.check_files,
        (
            Document(
                "DCAT 3, 6.8", "https://www.w3.org/TR/vocab-dcat-3/#Property:distribution_checksum"
            ),
            Document("/dumps/SHA256SUMS", "dumps/SHA256SUMS"),
        ),
        heavy=True,
    ),
)
NAMES = tuple(check.name for check in CHECKS)
