"""Choose the picture that other sites show beside a link to a page (https://ogp.me/)."""

from collections.abc import Iterator, Sequence

from server.release.current import Release
from transform.release.paths import CHARTS

# The chart that fits the pages of a kind, by the first part of their paths.
_OF_KIND = {
    "categorie": "categories",
    "categories": "categories",
    "genre": "genres",
    "organisme": "genres",
    "organismes": "genres",
    "portefeuille": "portefeuilles",
    "portefeuilles": "portefeuilles",
    "statut": "statuts",
    "statuts": "statuts",
}
# What stands for the whole site: the first that the release has.
_USUAL = ("categories", "statuts", "portefeuilles", "genres")


def find_picture(
    release: Release, language: str, path: str, charts: Sequence[str] = ()
) -> str | None:
    """Return the address of the picture of a page: of the first of its own `charts` that has one.

    Else that of the chart that fits its path, else the site's; None where no chart of the release
    has any. Only the manifest is read, so that the page of a fault has a picture, too.
    """
    for name in (*charts, *_list_fitting(path, max(release.years))):
        if f"{CHARTS}{name}.{language}.png" in release.manifest["files"]:
            return f"{release.base_uri}graphiques/{name}.png?lang={language}"
    return None


def _list_fitting(path: str, newest: int) -> Iterator[str]:
    """Yield the names of charts for a path such as `doc/statut/en-service`, the best first."""
    kind, _, rest = path.removeprefix("doc/").partition("/")
    if kind == "graphiques":
        yield rest
    elif kind == "changements":
        yield f"passages-{rest.partition('/')[0]}"
    elif kind in _OF_KIND:
        yield f"{_OF_KIND[kind]}-{newest}"
    yield from (f"{name}-{newest}" for name in _USUAL)
