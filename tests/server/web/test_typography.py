"""Blanks of French are set in what a page says, and in nothing that it quotes."""

import pytest

from server.web.typography import set_blanks_of_page

# What comes out: ~ is a narrow blank at which no line ends, _ a wide one; each goes in as a blank.
CASES = {
    "a sentence": "<p>Un_: deux~; «_trois_»~!</p>",
    "around an element": "<p><code>a ;</code>_: b «_<b>c</b>_»</p>",
    "code and what is typed": "<pre>a ;</pre><textarea>a ;</textarea><script>a ;</script>",
    "another language": '<p lang="en">a ; <i lang="fr-CA">b~;</i> c ;</p>',
    "no language": '<p lang="">a ; b</p>',
    "what is marked": '<td data-as-is><bdi lang="fr">a : b</bdi></td>~; c',
    "the name of an initiative": '<a href="../id/initiative/x?lang=fr">a : b</a>_: c',
    "the name of a body": '<a href="../id/organisme/x">a_: b</a>',
    "attributes": '<p title="a > b ; c : d">e</p>',
    "after elements without an end": "<p>a<br>b~; c<img alt='x'>_: d</p>",
    "an element left open": "<ul><li>a~;<li>b~;</ul>_: c",
    "names of SPARQL": "<p>a :b ?c</p>",
    "a whole page of another": '<html lang="en"><p>a : b ; c</p></html>',
}


@pytest.mark.parametrize("name", CASES)
def test_blanks_are_set_in_our_french_alone(name: str) -> None:
    page = f'<!doctype html>\n<html lang="fr"><body>{CASES[name]}</body></html>'
    expected = page.replace("~", "\u202f").replace("_", "\u00a0")
    assert set_blanks_of_page(page.replace("~", " ").replace("_", " ")) == expected
