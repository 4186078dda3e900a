"""Take the pictures of the README from the running example: make pictures."""

import sys
from itertools import product
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import ViewportSize, sync_playwright

from tests.conftest import PROJECT
from tests.site.conftest import CHROMIUM, FLAGS

FOLDER = PROJECT / "docs" / "images"
SIZE: ViewportSize = {"width": 1200, "height": 780}
# What is shown, by the name of the picture: a path, and the query whose first link is followed.
SHOWN = {"accueil": ("", None), "initiative": ("initiatives?presence=poursuivie", ".entries h2 a")}


def take(address: str, folder: Path) -> None:
    """Write each picture in both languages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        for (name, (path, link)), language in product(SHOWN.items(), ("fr", "en")):
            joint = "&" if "?" in path else "?"
            page.goto(urljoin(address, f"{path}{joint}lang={language}"))
            if link:
                page.locator(link).first.click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}.{language}.png")
        browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    take(sys.argv[1], FOLDER)
