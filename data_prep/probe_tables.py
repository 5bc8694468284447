"""Tables of labelled text for `unmt probe data=TABLE.tsv`, of novels: language, author, novel, word class, noun.

    python data_prep/probe_tables.py FOLDER [data/probe] [--dictionary freedict.en-de.tsv.gz] [--only author,novel]

FOLDER holds eltec.LANGUAGE.gz and eltec.LANGUAGE.novels.tsv, as for data_prep/novels.py. Each table has the columns
text (128 characters; of words the 64 that end behind the word and its space), label, and split: `test` where a row is
kept from training.

    language.tsv  five languages; the test is of novels that no training row is of
    author.tsv    English authors with three novels or more here; the test is of the last novel of each
    novel.tsv     eight English novels, each of another author; the test is the last quarter of each
    class.tsv     noun, verb or modifier (adjective, adverb), of an English word at the end of its context: what all of
                  its translations in the dictionary are. German writes nouns with a capital, and ends infinitives in
                  -en, -ern or -eln; a modifier has no such ending, and an ending such as -lich among its translations.
                  A verb must also stand behind "to" in the novels, a tenth of its places or more. Words with
                  translations of two kinds, and the 200 commonest of the novels, have no row
    noun.tsv      noun or other, of a German word within a sentence, as it is written: with a capital or without. The
                  text is lower-case. Words that are written both ways (more than one in twenty) have no row

In the last two every row has another word at its end.

The dictionary (source, tab, target) is FreeDict English-German; without --dictionary there is no class.tsv.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from novels import novels

LANGUAGES = ("en", "de", "fr", "es", "it")
WINDOW, WORD_WINDOW = 128, 64
ROWS = 4000
"""Of a table, all classes together."""
TEST_SHARE = 0.25
AUTHOR_NOVELS, NOVEL_CLASSES = 3, 8
WORD_ROWS = 3600
COMMONEST = 200
WORD_PART = 3
"""The first third of each novel has words enough."""
SAME_WAY = 0.95
BEHIND_TO = 0.1
MODIFIERS = ("lich", "ig", "isch", "bar", "los", "sam", "haft", "voll")
PLAIN = str.maketrans({**dict.fromkeys("“”„", '"'), **dict.fromkeys("‘’‚´`", "'"), **dict.fromkeys("–—", "-")})
WORD = re.compile(r"(?<=[a-zäöüß,;] )[^\W\d_]{3,}(?= )")
"""Of three letters or more, behind a word, a comma or a semicolon, so that no capital is of the beginning."""

Row = tuple[str, str, str]


def windows(text: str, count: int, length: int = WINDOW) -> list[str]:
    """Up to `count` windows that do not overlap, evenly over the text."""
    starts = np.arange(0, len(text) - length + 1, length)
    kept = starts[np.linspace(0, len(starts) - 1, min(count, len(starts))).astype(int)]
    return [text[start : start + length] for start in kept]


def joined(lines: Iterable[str]) -> str:
    """Lines as one, with single spaces and plain marks: which ones an edition has would tell novels apart."""
    return " ".join(" ".join(lines).split()).translate(PLAIN)


def split_rows(label: str, train: Sequence[str], test: Sequence[str], count: int) -> Iterator[Row]:
    """Rows of a class from the texts of its training and of its test, each text the same number of windows."""
    for split, texts, share in (("train", train, 1 - TEST_SHARE), ("test", test, TEST_SHARE)):
        for text in texts:
            for window in windows(text, round(count * share / len(texts))):
                yield window, label, split


def language_rows(folder: Path) -> Iterator[Row]:
    """Five languages; every fourth novel is the test."""
    for language in LANGUAGES:
        texts = [joined(novel) for novel in novels(folder, language)]
        train = [text for place, text in enumerate(texts) if place % 4 != 3]
        yield from split_rows(language, train, texts[3::4], ROWS // len(LANGUAGES))


def by_author(folder: Path) -> dict[str, list[str]]:
    """The English novels by their authors, without the years of birth and death."""
    with (folder / "eltec.en.novels.tsv").open(encoding="utf-8") as file:
        authors = [row["author"].split(" (")[0] for row in csv.DictReader(file, delimiter="\t")]
    found: dict[str, list[str]] = defaultdict(list)
    for author, novel in zip(authors, novels(folder, "en"), strict=True):
        found[author].append(joined(novel))
    return found


def author_rows(folder: Path) -> Iterator[Row]:
    """Authors with novels enough; the last novel of each is the test."""
    known = {author: texts for author, texts in by_author(folder).items() if len(texts) >= AUTHOR_NOVELS}
    for author, texts in known.items():
        yield from split_rows(author.split(",")[0], texts[:-1], texts[-1:], ROWS // len(known))


def novel_rows(folder: Path) -> Iterator[Row]:
    """The first novels of the first authors; the last quarter of each is the test."""
    for author, texts in list(by_author(folder).items())[:NOVEL_CLASSES]:
        cut = round((1 - TEST_SHARE) * len(texts[0]))
        yield from split_rows(author.split(",")[0], [texts[0][:cut]], [texts[0][cut:]], ROWS // NOVEL_CLASSES)


def classes_by(dictionary: Path) -> dict[str, str]:
    """English words whose translations are all of one class."""
    translations: dict[str, set[str]] = defaultdict(set)
    with gzip.open(dictionary, "rt", encoding="utf-8") as file:
        for line in file:
            word, translation = line.rstrip("\n").split("\t")
            translations[word].add(translation)
    found = {}
    for word, known in translations.items():
        if all(one[:1].isupper() for one in known):
            found[word] = "noun"
        elif all(one.islower() and one.endswith(("en", "ern", "eln")) for one in known):
            found[word] = "verb"
        elif all(one.islower() and not one.endswith("n") for one in known) and any(
            one.endswith(MODIFIERS) for one in known
        ):
            found[word] = "modifier"
    return found


def class_rows(folder: Path, dictionary: Path) -> Iterator[Row]:
    """Words of one class by the dictionary, in the novels, without capitals: those would tell names."""
    text = joined(joined(novel[: len(novel) // WORD_PART]) for novel in novels(folder, "en"))
    common = {word for word, _ in Counter(re.findall(r"[^\W\d_]+", text)).most_common(COMMONEST)}
    classes = {word: name for word, name in classes_by(dictionary).items() if word.islower() and word not in common}
    written, behind_to = (Counter(re.findall(rf"{before}\b([a-z]+)\b", text)) for before in ("", "to "))
    is_infinitive = {word for word, count in behind_to.items() if count >= BEHIND_TO * written[word]}
    yield from word_rows(
        text, {word: name for word, name in classes.items() if name != "verb" or word in is_infinitive}.get
    )


def noun_rows(folder: Path) -> Iterator[Row]:
    """Words of German by how they are written."""
    text = joined(joined(novel[: len(novel) // WORD_PART]) for novel in novels(folder, "de"))
    written = Counter(WORD.findall(text))
    capitals: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for word, count in written.items():
        places[word.lower()] += count
        capitals[word.lower()] += count * word[0].isupper()

    def kind(word: str) -> str | None:
        share = capitals[word.lower()] / places[word.lower()]
        if word[1:] != word[1:].lower() or max(share, 1 - share) < SAME_WAY:
            return None
        return "noun" if share > 0.5 else "other"

    for row, label, split in word_rows(text, kind):
        yield row.lower(), label, split


def word_rows(text: str, kind: Callable[[str], str | None]) -> Iterator[Row]:
    """Contexts of each class at random, each with a word of its own at its end; as many of each class, if there are."""
    rng = np.random.default_rng(0)
    contexts: dict[str, dict[str, str]] = defaultdict(dict)
    places = [(found.start(), found.end()) for found in WORD.finditer(text, WORD_WINDOW) if kind(found[0])]
    for place in rng.permutation(len(places)):
        start, end = places[place]
        contexts[str(kind(text[start:end]))].setdefault(text[start:end].lower(), text[end + 1 - WORD_WINDOW : end + 1])
    for label, known in contexts.items():
        for word in list(known)[: WORD_ROWS // len(contexts)]:
            yield known[word], label, "test" if rng.random() < TEST_SHARE else "train"


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path, nargs="?", default=Path("data/probe"))
    parser.add_argument("--dictionary", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    made: dict[str, Callable[[], Iterator[Row]]] = {
        "language": lambda: language_rows(given.folder),
        "author": lambda: author_rows(given.folder),
        "novel": lambda: novel_rows(given.folder),
        "noun": lambda: noun_rows(given.folder),
    }
    if given.dictionary is not None:
        made["class"] = lambda: class_rows(given.folder, given.dictionary)
    given.output.mkdir(parents=True, exist_ok=True)
    for name, rows_of in made.items():
        if given.only and name not in given.only.split(","):
            continue
        rows = list(rows_of())
        lines = ["text\tlabel\tsplit", *("\t".join(row) for row in rows)]
        path = given.output / f"{name}.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        counts = Counter((label, split) for _, label, split in rows)
        told = ", ".join(
            f"{label} {counts[label, 'train']}+{counts[label, 'test']}" for label, _ in counts if _ == "train"
        )
        print(f"{path}: {told}")


if __name__ == "__main__":
    main()
