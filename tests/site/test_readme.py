"""What the READMEs show of a running site is what it answers."""

import re
import urllib.parse

import pytest

from tests.conftest import PROJECT
from tests.site.conftest import Fetch

HERE = "http://localhost:8000/"
READMES = ["README.md", "README.en.md"]


def read(readme: str) -> str:
    return (PROJECT / readme).read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", READMES)
def test_every_address_in_the_readme_answers(readme: str, examples: str, fetch: Fetch) -> None:
    addresses = set(re.findall(rf"{re.escape(HERE)}[^\s)>'`#]*", read(readme)))
    assert len(addresses) > 10
    statuses = {address: fetch(address.replace(HERE, examples)).status for address in addresses}
    assert {address for address, status in statuses.items() if status != 200} == set()


@pytest.mark.parametrize("readme", READMES)
def test_the_query_in_the_readme_has_the_answer_beside_it(
    readme: str, examples: str, fetch: Fetch
) -> None:
    blocks = re.findall(r"^```\n(.*?)^```$", read(readme), re.MULTILINE | re.DOTALL)
    (number,) = [index for index, block in enumerate(blocks) if block.startswith("curl ")]
    command, answer = blocks[number : number + 2]
    accept = re.search(r"-H 'Accept: ([^']+)'", command)
    query = re.search(r"--data-urlencode 'query=\n(.*)'\n", command, re.DOTALL)
    assert accept
    assert query
    assert f" {HERE}sparql " in command
    reply = fetch(
        f"{examples}sparql",
        "POST",
        urllib.parse.urlencode({"query": query[1]}),
        {"Accept": accept[1], "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert reply.status == 200
    assert reply.text.splitlines() == answer.splitlines()
