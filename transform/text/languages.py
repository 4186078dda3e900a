"""List the languages in which every text of our own is written."""

# A reader whose language is not known gets the first.
LANGUAGES = ("fr", "en")
