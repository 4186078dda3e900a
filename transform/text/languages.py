"""Name the languages that every text of our own is written in."""

# The first is what a reader gets whose wish is not known.
LANGUAGES = ("fr", "en")
