"""Name things without identifiers in URIs, whatever the order of their rows."""

import base64
import hashlib
from collections.abc import Iterable

from transform.text.normal_form import slug

LONGEST_SLUG = 80


def opaque_key(*parts: str) -> str:
    """Hash texts to 16 characters a-z2-7 (80 bits), which do not reveal them."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def name_all(forms: Iterable[tuple[int, str]], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a slug for each normal form, the readable one for the form that came first.

    `forms` are pairs of year and normal form. Where two forms have one slug, the form of the
    earlier year keeps it (in one year, the first in the order of code points); the other gets
    six or more hexadecimal digits behind it. So does a form longer than a path segment should
    be, or one whose slug is among those `taken`.
    """
    names: dict[str, str] = {}
    used = set(taken)
    for _, form in sorted(set(forms)):
        if form in names:
            continue
        name = slug(form)
        if name in used or len(name) > LONGEST_SLUG:
            name = _with_digest(name[:LONGEST_SLUG], form, used)
        names[form] = name
        used.add(name)
    return names


def _with_digest(name: str, form: str, used: set[str]) -> str:
    """Append as many digits of the form's digest to a name as make it unique."""
    digest = hashlib.sha256(form.encode()).hexdigest()
    digits = 6
    while f"{name}-{digest[:digits]}" in used and digits < len(digest):
        digits += 1
    return f"{name}-{digest[:digits]}"
