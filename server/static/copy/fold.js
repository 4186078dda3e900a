// Cut what a reader writes into folded words and their stems, as transform/text/search_words.py does.
import stemming from "snowball-stemmers";

const LANGUAGES = {
  ar: "arabic", da: "danish", de: "german", en: "english", es: "spanish", fi: "finnish", fr: "french", hu: "hungarian",
  it: "italian", nl: "dutch", no: "norwegian", pt: "portuguese", ro: "romanian", ru: "russian", sv: "swedish", tr: "turkish",
};
const APOSTROPHES = /['’‘ʼ‛′`´＇]/g;
const DASHES = /[-‐‑‒–—―−﹘﹣－]/g;
const INVISIBLE = /[\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const LIGATURES = { œ: "oe", æ: "ae", ø: "o", ł: "l", đ: "d" };
const WORD = /(?:(?![\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3])[\p{L}\p{N}])+/gu;

/** Return what folds texts, with the tables of the server's Unicode; `stems` are those of known words. */
export function makeFolding({ folds, marks }, languages = [], stems = {}) {
  const isMark = (code) => marks.some(([first, last]) => first <= code && code <= last);
  const stemmers = languages.map((tag) => {
    const name = LANGUAGES[tag.split("-")[0].toLowerCase()];
    return name ? stemming.newStemmer(name) : { stem: (word) => word };
  });

  function fold(text) {
    const same = text.normalize("NFC").replace(APOSTROPHES, "'").replace(DASHES, "-").replace(INVISIBLE, "");
    // One character after another: the end of a word changes none.
    const small = [...same].map((sign) => folds[sign] ?? sign.toLowerCase()).join("").normalize("NFC");
    const spelled = [...small].map((sign) => LIGATURES[sign] ?? sign).join("").normalize("NFKD");
    return [...spelled].filter((sign) => !isMark(sign.codePointAt(0))).join("");
  }

  const words = (text) => fold(text).match(WORD) ?? [];
  const stemOf = (word, place) => (Object.hasOwn(stems, word) ? stems[word][place] : stemmers[place].stem(word));
  /** Return the phrases that some words are, in each language. */
  const phrases = (own) => [...new Set(languages.map((_, place) => own.map((word) => stemOf(word, place)).join(" ")))];
  return { fold, words, phrases };
}
