"""Turn SVG charts into PNG, on a machine that may have no fonts.

The font is that of the package `font-source-sans-pro`: Latin, Greek and Cyrillic letters. A chart
with others is made with the fonts of the machine too, which take time to look through.
"""

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from transform.charts.picture import FONT, WIDTH

if TYPE_CHECKING:
    from resvg import usvg

_ZOOM = 1.5
# Rows of a matrix that changes nothing: the picture has the size that its document states.
_AS_IT_IS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
# The last character of the scripts that the font has, and signs that texts of ours use.
_LAST = "\u052f"
_SIGNS = frozenset("\u2011\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u202f\u2192\u2212")
_SIZE = re.compile(rf'width="{WIDTH}" height="(\d+(?:\.\d+)?)"')


def as_png(svg: bytes) -> bytes:
    """Return a chart as PNG, larger than its SVG says, for screens of many pixels."""
    import resvg

    text = svg.decode()
    has_signs = all(sign <= _LAST or sign in _SIGNS for sign in text)
    text = text.replace("system-ui", f"'{FONT}', system-ui", 1)
    tree = resvg.usvg.Tree.from_str(_SIZE.sub(_enlarge, text, count=1), _fonts(not has_signs))
    return resvg.render(tree, _AS_IT_IS)


def _enlarge(match: re.Match[str]) -> str:
    return f'width="{round(WIDTH * _ZOOM)}" height="{round(float(match[1]) * _ZOOM)}"'


@cache
def _fonts(with_those_of_the_machine: bool) -> "usvg.Options":
    import resvg

    options = resvg.usvg.Options.default()
    folder = files("font_source_sans_pro").joinpath("files")
    for weight in ("Regular", "Semibold"):
        options.load_font_file(str(folder.joinpath(f"SourceSansPro-{weight}.ttf")))
    if with_those_of_the_machine:
        options.load_system_fonts()
    return options
