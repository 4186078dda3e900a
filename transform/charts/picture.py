"""Draw into an SVG document: texts, bars, bands, in one of two themes.

Everything is an attribute: no style, no script, no address of another site. The widths are those
of a telephone held upright, so that a chart need not shrink there.
"""

from typing import NamedTuple
from xml.etree import ElementTree as ET

from transform.charts.model import Label
from transform.charts.wrapping import clean, wrap

WIDTH, MARGIN = 440, 16
INNER = WIDTH - 2 * MARGIN
_LONGEST_DESCRIPTION = 10_000  # characters
_SVG = "http://www.w3.org/2000/svg"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What readers have; `FONT` is that which pictures of pixels are made with.
FONT = "Source Sans Pro"
_FONTS = f"system-ui, 'Segoe UI', '{FONT}', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


class Theme(NamedTuple):
    """The colours of a chart.

    `strong` and `middle` fill parts; they differ in lightness, and both from `paper` by a contrast
    of 3:1 at least (WCAG 2.2, 1.4.11).
    """

    name: str
    paper: str
    ink: str
    soft: str
    line: str
    strong: str
    middle: str


LIGHT = Theme("light", "#ffffff", "#1b2733", "#4a5b6c", "#cfd8e1", "#0b5394", "#7a8fa5")
DARK = Theme("dark", "#12181f", "#e6edf3", "#a9b8c6", "#364452", "#8cc4ff", "#5f7e9c")
THEMES = (LIGHT, DARK)


def _hatch(theme: Theme) -> ET.Element:
    """Return the pattern of what is summed up, and of what is new: lines rising to the right."""
    pattern = _pattern("hatch", 6)
    ET.SubElement(pattern, "rect", width="6", height="6", fill=theme.paper)
    ET.SubElement(
        pattern,
        "path",
        {"d": "M-1 7 7 -1M-1 1 1 -1M5 7 7 5", "stroke": theme.strong, "stroke-width": "2"},
    )
    return pattern


def _dots(theme: Theme) -> ET.Element:
    """Return the pattern of what is absent: dots."""
    pattern = _pattern("dots", 5)
    ET.SubElement(pattern, "rect", width="5", height="5", fill=theme.paper)
    ET.SubElement(pattern, "circle", cx="2.5", cy="2.5", r="1.6", fill=theme.strong)
    return pattern


def _pattern(name: str, size: int) -> ET.Element:
    return ET.Element(
        "pattern",
        {
            "id": name,
            "width": str(size),
            "height": str(size),
            "patternUnits": "userSpaceOnUse",
        },
    )


HATCH, DOTS = "url(#hatch)", "url(#dots)"


class Picture:
    """An SVG document that grows downwards; `y` is where the next part begins."""

    def __init__(self, theme: Theme, language: str) -> None:
        self.theme, self.language = theme, language
        self.y: float = MARGIN
        self._parts: list[ET.Element] = []

    def text(
        self,
        x: float,
        y: float,
        label: Label | str,
        size: float,
        *,
        fill: str = "",
        bold: bool = False,
        anchor: str = "start",
        halo: bool = False,
    ) -> None:
        """Write a line of text whose baseline is at `y`."""
        own = label if isinstance(label, Label) else Label(label, "")
        attributes = {
            "x": _number(x),
            "y": _number(y),
            "font-size": _number(size),
            "fill": fill or self.theme.ink,
        }
        if bold:
            attributes["font-weight"] = "600"
        if anchor != "start":
            attributes["text-anchor"] = anchor
        if halo:
            attributes |= {
                "stroke": self.theme.paper,
                "stroke-width": "3",
                "stroke-linejoin": "round",
                "paint-order": "stroke",
            }
        if own.language and own.language != self.language:
            attributes[_XML_LANG] = own.language
        element = ET.Element("text", attributes)
        element.text = clean(own.text)
        self._parts.append(element)

    def lines(
        self,
        x: float,
        label: Label | str,
        size: float,
        width: float,
        *,
        most: int = 3,
        fill: str = "",
        bold: bool = False,
    ) -> int:
        """Write a text in lines from `y` on, which moves below them; return how many there are."""
        own = label if isinstance(label, Label) else Label(label, "")
        lines = wrap(own.text, size, width, most)
        for line in lines:
            self.text(x, self.y + size, Label(line, own.language), size, fill=fill, bold=bold)
            self.y += round(size * 1.28)
        return len(lines)

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Draw a bar; one with a pattern has an outline, so that its end is seen."""
        edge = 0.75 if fill.startswith("url") else 0
        attributes = {
            "x": _number(x + edge),
            "y": _number(y + edge),
            "width": _number(max(width - 2 * edge, 1)),
            "height": _number(max(height - 2 * edge, 1)),
            "fill": fill,
        }
        if edge:
            attributes |= {"stroke": self.theme.strong, "stroke-width": "1.5"}
        self._parts.append(ET.Element("rect", attributes))

    def line(self, x: float, y: float, x2: float, y2: float, stroke: str = "") -> None:
        """Draw a thin line."""
        places = {"x1": x, "y1": y, "x2": x2, "y2": y2}
        attributes = {name: _number(place) for name, place in places.items()}
        self._parts.append(ET.Element("line", {**attributes, "stroke": stroke or self.theme.line}))

    def path(self, d: str, fill: str, *, thin: bool) -> None:
        """Draw a filled shape, with an edge that sets it off from its neighbours.

        The edge of a thin one would hide it: that is of its own colour.
        """
        patterned = fill.startswith("url")
        stroke = self.theme.strong if patterned else fill if thin else self.theme.paper
        attributes = {"d": d, "fill": fill, "stroke": stroke, "stroke-width": "0.8"}
        self._parts.append(ET.Element("path", attributes))

    def write(self, title: str, description: str) -> bytes:
        """Return the document, with its title and description (SVG 2, 5.3; WAI-ARIA 1.2)."""
        height = _number(self.y + MARGIN)
        root = ET.Element(
            "svg",
            {
                "xmlns": _SVG,
                "width": str(WIDTH),
                "height": height,
                "viewBox": f"0 0 {WIDTH} {height}",
                "role": "img",
                "aria-labelledby": "title desc",
                _XML_LANG: self.language,
                "lang": self.language,
                "font-family": _FONTS,
            },
        )
        ET.SubElement(root, "title", id="title").text = clean(title)
        ET.SubElement(root, "desc", id="desc").text = clean(description, _LONGEST_DESCRIPTION)
        patterns = [
            make(self.theme)
            for mark, make in ((HATCH, _hatch), (DOTS, _dots))
            if any(part.get("fill") == mark for part in self._parts)
        ]
        if patterns:
            ET.SubElement(root, "defs").extend(patterns)
        ET.SubElement(root, "rect", width=str(WIDTH), height=height, fill=self.theme.paper)
        root.extend(self._parts)
        document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return document + b"\n"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
