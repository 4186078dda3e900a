"""Define the paths of files in a release: sources, compressed copies, what its name leaves out."""

QUADS = "dumps/portraits.nq"
CATALOGUE_QUADS = "catalogue.nq"
SUMS = "SHA256SUMS"
# The graph of names that things would have had, and that lead to those that they have.
FORMER_NAMES = "anciens-noms"
DECISIONS = "decisions.sssom.tsv"
DATABASE = "portraits.sqlite"
DUMPS = "dumps/"
SOURCES = f"{DUMPS}sources/"
CHARTS = "charts/"
CHART_INDEX = "charts/index.json"
GZIP = "application/gzip"
_ENDING = ".gz"
# How charts are drawn and listed; raised with any change, so that a build makes a new release.
CHART_FORM = 2


def source_path(year: int, name: str) -> str:
    """Return the path of a source file, below the base URI and in the release folder."""
    return f"{SOURCES}{year}/{name}"


def download_path(path: str) -> str | None:
    """Return the path below the base URI at which a file of a release is downloaded; None for none.

    A chart, which stands beside the dumps, is downloaded among them.
    """
    if path.startswith(CHARTS):
        return None if path == CHART_INDEX else f"{DUMPS}{path}"
    return path if path.startswith(DUMPS) else None


def stored_path(download: str) -> str:
    """Return the path in the release of the file that is downloaded at a path."""
    below = download.removeprefix(DUMPS)
    return below if below.startswith(CHARTS) else download


def is_packed(path: str) -> bool:
    """Return whether a file is a compressed copy; a source never is, whatever its name."""
    return path.endswith(_ENDING) and not path.startswith(SOURCES)


def is_unnamed(path: str) -> bool:
    """Return whether a file does not enter the release's name: its bytes depend on a library.

    Another zlib compresses to other bytes, another SQLite writes its version, another renderer
    sets other pixels.
    """
    return is_packed(path) or path == f"dumps/{DATABASE}" or path.startswith(CHARTS)


def content_of(path: str) -> str:
    """Return the path of the file that a compressed copy holds; any other path as it is."""
    return path.removesuffix(_ENDING) if is_packed(path) else path
