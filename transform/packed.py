"""Tell the compressed copies of a release from its other files."""

SOURCES = "dumps/sources/"
GZIP = "application/gzip"
_ENDING = ".gz"


def is_packed(path: str) -> bool:
    """Say whether a file of a release is a compressed copy; a source may be called as it likes."""
    return path.endswith(_ENDING) and not path.startswith(SOURCES)


def content_of(path: str) -> str:
    """Give the file that a compressed copy is of; any other file is its own."""
    return path.removesuffix(_ENDING) if is_packed(path) else path
