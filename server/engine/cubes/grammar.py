"""The part of SPARQL 1.1 that slices are written in (section 19.8), as regular expressions.

What may be repeated begins with what cannot stand before it, so that there is one way to read a
text: the worst of 2,000 characters that was found takes a millisecond. Keywords are those of ASCII:
in Unicode, `ı` and `ſ` are letters of them in another case.
"""

import re

SPACE = " \t\r\n"
_S = rf"[{SPACE}]"
_IRI = r"<[^\x00-\x20<>\"{}|\\^`]*>"
_VARIABLE = r"\?[A-Za-z_][A-Za-z0-9_]*"
# A full stop inside a name is part of it: `x:a.FILTER` is one name.
_NAME = rf"[A-Za-z][A-Za-z0-9]*:[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_]|\.+[^?<.}}{SPACE}])"
# Not `"""`, which begins a string that may hold anything.
_STRING = r'"[^"\\\x00-\x1f]*"(?!")(?:@[a-z]{2,3}(?:-[a-z]{2})?(?![A-Za-z0-9-]))?'
_OPEN, _CLOSE = rf"\({_S}*", rf"{_S}*\)"
PREFIX = re.compile(
    rf"(?i:PREFIX){_S}+(?P<name>[A-Za-z][A-Za-z0-9]*):{_S}*(?P<iri>{_IRI}){_S}*", re.ASCII
)
SELECT = re.compile(rf"(?i:SELECT)(?={_S}|\()", re.ASCII)
ITEM = re.compile(
    rf"""{_S}*(?:(?P<plain>{_VARIABLE})(?={_S}|\(|{{)|{_OPEN}(?i:COUNT){_S}*{_OPEN}
    (?:\*|(?P<distinct>(?i:DISTINCT){_S}+)?(?P<counted>{_VARIABLE})){_CLOSE}
    {_S}+(?i:AS){_S}+(?P<alias>{_VARIABLE}){_CLOSE})""",
    re.VERBOSE | re.ASCII,
)
WHERE = re.compile(rf"{_S}*(?:(?i:WHERE){_S}*)?{{", re.ASCII)
FILTER = re.compile(
    rf"""(?i:FILTER){_S}*{_OPEN}
    (?:(?P<variable>{_VARIABLE})|(?i:LANG){_S}*{_OPEN}(?P<spoken>{_VARIABLE}){_CLOSE})
    {_S}*(?P<operator>!?=){_S}*(?P<constant>[0-9]{{1,9}}|{_IRI}|{_NAME}|{_STRING}){_CLOSE}
    {_S}*\.?""",
    re.VERBOSE | re.ASCII,
)
PIECE = re.compile(
    rf"{_S}+|(?P<variable>{_VARIABLE})|{_IRI}|{_STRING}|{_NAME}|[0-9]{{1,9}}|a(?={_S})|[.;,/^|*+]"
)
END = re.compile(
    rf"""}}{_S}*(?:(?i:GROUP){_S}+(?i:BY)(?P<groups>(?:{_S}+{_VARIABLE})+)(?![A-Za-z0-9_]){_S}*)?
    (?:(?i:ORDER){_S}+(?i:BY)(?P<order>(?:{_S}+(?:{_VARIABLE}|(?i:ASC|DESC){_S}*
    {_OPEN}{_VARIABLE}{_CLOSE}))+)(?![A-Za-z0-9_]){_S}*)?
    (?:(?i:LIMIT){_S}+(?P<limit>[0-9]{{1,9}}){_S}*)?
    (?:(?i:OFFSET){_S}+(?P<offset>[0-9]{{1,9}}){_S}*)?""",
    re.VERBOSE | re.ASCII,
)
KEY = re.compile(rf"(?:(?:(?i:ASC)|(?P<down>(?i:DESC)))[^?]*)?(?P<variable>{_VARIABLE})", re.ASCII)
ODD_STOP = re.compile(rf"^\.|\.{_S}*\.$")
