"""Alphabets: the letters that plaintext is made of, and how any text is folded onto them.

A folded text holds letters of the alphabet and single spaces between words, nothing else:

    fold("Où est l'Été, Straße?")  ->  "ou est l ete strasse"

The alphabet decides what a character becomes. "é" stays "é" where the alphabet has it, is "e" where it has not,
and a character without any form in the alphabet (a digit, a comma, a letter of another script) divides words.
"""

import unicodedata
from collections import Counter

LATIN = "abcdefghijklmnopqrstuvwxyz"

# Letters that Unicode does not decompose, although their readers write them so without the special key.
SPELLED_OUT = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i",
    "ŋ": "n", "ĸ": "k", "ŧ": "t", "ſ": "s", "ƒ": "f", "ə": "e", "ς": "σ",
}  # fmt: skip

# Marks that are part of the spelling and not an accent: vowel signs (class 0) and viramas (class 9) of Indic scripts.
SPELLING_MARK_CLASSES = (0, 9)

# A letter below these shares of all letters is a stray: 0.00003 is under the rarest letter of the European alphabets
# (z of English: 0.0007); an accented letter may be ten times as frequent, because folding it loses little
# (é of English novels: 0.0001; é of French ones: 0.02).
STRAY_SHARE = 0.00003
STRAY_ACCENTED_SHARE = 0.0003


def fold(text: str, alphabet: str = LATIN) -> str:
    """`text` in lower-case letters of `alphabet`, with one space between words and none at the ends.

    Accents are dropped and ligatures spelt out where the alphabet lacks the letter itself. Marks that have no place
    in the alphabet, soft hyphens and zero-width characters vanish; everything else divides words.
    """
    text = unicodedata.normalize("NFC", text)
    letters = frozenset(alphabet)
    table = {ord(character): _folded_character(character, letters) for character in set(text)}
    return " ".join(text.translate(table).split())


def infer_alphabet(text: str) -> str:
    """The distinct letters that `text` is written in, lower case, sorted; strays are left out.

    A stray is a letter of a script that is not the text's main one, or one so rare that it must come from a foreign
    word (see STRAY_SHARE). A Latin text that uses most of a-z has the whole of a-z, because a short sample may
    lack q or x. Returns "" for a text without letters.
    """
    counts = _letter_counts(text)
    if not counts:
        return ""
    scripts: Counter[str] = Counter()
    for letter, count in counts.items():
        scripts[_script(letter)] += count
    main_script, _ = scripts.most_common(1)[0]
    counts = Counter({letter: count for letter, count in counts.items() if _script(letter) == main_script})
    total = counts.total()
    kept = {
        letter
        for letter, count in counts.items()
        if count >= total * (STRAY_ACCENTED_SHARE if len(_without_accents(letter)) > 0 else STRAY_SHARE)
    }
    if len(kept & set(LATIN)) > len(LATIN) // 2:
        kept |= set(LATIN)
    return "".join(sorted(kept))


def is_letter(character: str) -> bool:
    """True for letters of any script and for the marks that are spelling (vowel signs of Indic scripts)."""
    category = unicodedata.category(character)
    return category[0] == "L" or (category in ("Mn", "Mc") and _is_spelling_mark(character))


def _is_spelling_mark(mark: str) -> bool:
    is_variation_selector = "\ufe00" <= mark <= "\ufe0f"
    return unicodedata.combining(mark) in SPELLING_MARK_CLASSES and not is_variation_selector


def _letter_counts(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for character, count in Counter(unicodedata.normalize("NFC", text)).items():
        for letter in unicodedata.normalize("NFC", character.lower()):
            if is_letter(letter):
                counts[letter] += count
    return counts


def _script(letter: str) -> str:
    """First word of the character's Unicode name: LATIN, GREEK, CYRILLIC, CJK ..."""
    return unicodedata.name(letter, "UNKNOWN").split(" ")[0]


def _without_accents(letter: str) -> str:
    """What is left of a letter without its marks, or its spelt-out form; "" where it is a plain letter."""
    if letter in SPELLED_OUT:
        return SPELLED_OUT[letter]
    decomposed = unicodedata.normalize("NFKD", letter)
    bare = "".join(SPELLED_OUT.get(part, part) for part in decomposed if unicodedata.category(part)[0] != "M")
    return "" if bare == letter else bare


def _folded_character(character: str, letters: frozenset[str]) -> str:
    lower = unicodedata.normalize("NFC", character.lower())
    bare = "".join(_without_accents(part) or part for part in lower)
    unmarked = "".join(part for part in bare if unicodedata.category(part)[0] != "M")
    for form in (lower, bare, unmarked):
        if form and letters.issuperset(form):
            return form
    return "" if unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") else " "
