"""Check that every server behind the address answers with one release, and none for too long."""

import re
from collections.abc import Iterator

from server.conformance.model import Finding, finding
from server.conformance.site import CheckedSite
from server.negotiation import HTML, TURTLE
from transform.text.message import message

_TIMES = 6  # often enough that each of a few servers is met, and each worker of one
_LONGEST = 86_400  # seconds that a cache may answer with what it holds
_RELEASE = re.compile(r"ok ([0-9A-Za-z._-]{1,100})\n")
_AGE = re.compile(r"(?:s-maxage|max-age)\s*=\s*\"?(\d{1,12})")


def check_release(site: CheckedSite) -> Iterator[Finding]:
    """Ask several times, on new connections, which release is served; look for it on a page."""
    step = message("conformance.step_release")
    names = []
    for _ in range(_TIMES):
        reply = site.get("readyz", headers={"Connection": "close"})
        text = reply.body.decode("utf-8", "replace")
        stated = _RELEASE.match(text)
        if reply.status != 200 or stated is None:
            yield finding(reply, "200 ok …", step, f"{reply.head}: {text}")
            return
        if stated[0] != text:  # it says why another release than the current one is served
            yield finding(reply, stated[0], message("conformance.step_trouble"), text)
            return
        names.append(stated[1])
        if names[0] != names[-1]:
            yield finding(reply, names[0], step, names[-1])
            return
    home = site.get("", HTML.media_type)
    if names[0].encode() not in home.body:
        yield finding(home, message("conformance.release_shown", release=names[0]), step)
    listed = site.get("dumps/", HTML.media_type)
    if f"/dumps/releases/{names[0]}/" not in listed.headers.get("Link", ""):
        expected = f'Link: <…/dumps/releases/{names[0]}/>; rel="cite-as"'
        came = f"Link: {listed.headers.get('Link', '')}"
        yield finding(listed, expected, step, came)


def check_freshness(site: CheckedSite) -> Iterator[Finding]:
    """Read for how long caches may answer with documents that the next release replaces."""
    step = message("conformance.step_freshness")
    paths = (("", HTML), (f"{site.sample_document}.ttl", TURTLE), ("catalogue.ttl", TURTLE))
    for path, form in paths:
        reply = site.get(path, form.media_type)
        control = reply.headers.get("Cache-Control", "").lower()
        ages = [int(age) for age in _AGE.findall(control)]
        if not control or "immutable" in control or any(age > _LONGEST for age in ages):
            came = f"Cache-Control: {control}"
            yield finding(reply, f"Cache-Control: max-age ≤ {_LONGEST}", step, came)
    ready = site.get("readyz")
    if "no-store" not in ready.headers.get("Cache-Control", "").lower():
        came = f"Cache-Control: {ready.headers.get('Cache-Control', '')}"
        yield finding(ready, "Cache-Control: no-store", step, came)
