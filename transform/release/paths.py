"""Name the paths of files in a release: sources, and compressed copies of other files."""

QUADS = "dumps/portraits.nq"
SUMS = "SHA256SUMS"
SOURCES = "dumps/sources/"
GZIP = "application/gzip"
_ENDING = ".gz"


def source_path(year: int, name: str) -> str:
    """Give the path, below the base URI and in the release, of the file that was read."""
    return f"{SOURCES}{year}/{name}"


def is_packed(path: str) -> bool:
    """Say whether a file of a release is a compressed copy; a source may be called as it likes."""
    return path.endswith(_ENDING) and not path.startswith(SOURCES)


def content_of(path: str) -> str:
    """Give the file that a compressed copy is of; any other file is its own."""
    return path.removesuffix(_ENDING) if is_packed(path) else path
