"""Every key and element of a TOML text has the line on which it stands."""

import tomllib
from collections.abc import Iterator

import pytest

from transform.layouts.reader import read_shipped, shipped
from transform.layouts.toml_lines import DEEPEST, Path, find_lines

TEXT = '''\
a.b = 1
"c d"."e\\u0041" = """x
[z]
""\\"""" # no
f = [ # one
  1, { g = 2, h.i = [3,
   4] },
  "a]", # ]
]
[[t]]
x = 1979-05-27 07:32:00
[t.u]
y = {}
[[t]]
[[t.v]]
k=[[1],[2,
3]]
[[t.v]]
'k' = \'\'\'
[x]\'\'\'\'
l = []
'''
LINES: dict[Path, int] = {
    ("a",): 1, ("a", "b"): 1, ("c d",): 2, ("c d", "eA"): 2, ("f",): 5, ("f", 0): 6, ("f", 1): 6,
    ("f", 1, "g"): 6, ("f", 1, "h"): 6, ("f", 1, "h", "i"): 6, ("f", 1, "h", "i", 0): 6,
    ("f", 1, "h", "i", 1): 7, ("f", 2): 8, ("t",): 10, ("t", 0): 10, ("t", 0, "x"): 11,
    ("t", 0, "u"): 12, ("t", 0, "u", "y"): 13, ("t", 1): 14, ("t", 1, "v"): 15,
    ("t", 1, "v", 0): 15, ("t", 1, "v", 0, "k"): 16, ("t", 1, "v", 0, "k", 0): 16,
    ("t", 1, "v", 0, "k", 0, 0): 16, ("t", 1, "v", 0, "k", 1): 16, ("t", 1, "v", 0, "k", 1, 0): 16,
    ("t", 1, "v", 0, "k", 1, 1): 17, ("t", 1, "v", 1): 18, ("t", 1, "v", 1, "k"): 19,
    ("t", 1, "v", 1, "l"): 21,
}  # fmt: skip


def test_all_that_toml_can_write_has_its_line() -> None:
    assert find_lines(TEXT) == LINES


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


@pytest.mark.parametrize("name", shipped())
def test_nothing_of_a_shipped_layout_is_without_a_line(name: str) -> None:
    text = read_shipped(name)
    assert set(find_lines(text)) == set(paths(tomllib.loads(text)))


def test_keys_below_the_deepest_are_not_noted() -> None:
    lines = find_lines(f"[{'.'.join(['a'] * 20_000)}]\nb = [{'[' * 400}1{']' * 400}]")
    assert len(lines) == DEEPEST
