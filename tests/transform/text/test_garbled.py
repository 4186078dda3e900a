"""Text that was garbled before it came is detected, and correct text never is."""

import pytest

from transform.text.garbled import probable_original

GARBLED = {
    "RÃ©ception des demandes": "Réception des demandes",
    "l'Ã©tÃ© Ã  MontrÃ©al": "l'été à  Montréal",
    "Ã‰ducation": "Éducation",
    "Ã\x89ducation": "Éducation",
    "Â« oui Â»": "« oui »",
    "lâ€™intelligence": "l’intelligence",
    "Santé et QuÃ©bec": "Santé et Québec",
    "dÃƒÂ©lai": "délai",
    "R&eacute;ception": "Réception",
    "d&#233;lai &#xE0; Q&amp;R": "délai à Q&R",
    "un_x000D_\ndeux": "un\r\ndeux",
    "_x00e9_t_x00E9_": "été",
}
CORRECT = [
    "Ã la carte", "São João: NÃO É «NÃO»", "R&D et Q&R; AT&T", "&inconnu; &#x; &", "«RÉSUMÉ»",
    "CAFÉ™", "«ÉTÉ»", "où… d'où «où» – là", "À la une: «PÂTÉ»", "30 ° C", "0x005F_FFFF", "a_x12_b",
    "R&D;", "_xD800_", "Naïve Bayes’ Ê",
    "œuvre — cœur", "10 € ½", "Ünlü Çağrı", "Ελληνικά", "日本語", "",
]  # fmt: skip


@pytest.mark.parametrize("text", GARBLED)
def test_garbled_text_is_detected_with_what_it_probably_was(text: str) -> None:
    assert probable_original(text) == GARBLED[text]


@pytest.mark.parametrize("text", CORRECT)
def test_correct_text_is_left_alone(text: str) -> None:
    assert probable_original(text) is None
