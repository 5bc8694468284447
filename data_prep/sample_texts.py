"""The sample texts of unmt: what was seen in a harbour town, in English and in French, by a small grammar of our own.

    python data_prep/sample_texts.py [unmt/samples]

Each derivation gives a sentence in both languages. The texts to learn from are drawn apart, so that no sentence of one
is the translation of a sentence of the other but by chance; only the last file pair, for scoring, is parallel.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

# English; French without its article; gender.
PEOPLE = """man homme m|woman femme f|boy garçon m|girl fille f|child enfant m|fisherman pêcheur m|sailor marin m|
baker boulanger m|nurse infirmière f|teacher institutrice f|captain capitaine m|musician musicien m|painter peintre m|
old_lady vieille_dame f|tourist touriste m|policeman policier m|student étudiante f|cook cuisinière f|
carpenter menuisier m|postman facteur m"""
ANIMALS = "dog chien m|cat chat m|horse cheval m|seagull mouette f|goat chèvre f|donkey âne m"
THINGS = """boat bateau m|bicycle vélo m|ladder échelle f|basket panier m|net filet m|letter lettre f|guitar guitare f|
umbrella parapluie m|lantern lanterne f|suitcase valise f|bucket seau m|hat chapeau m|book livre m|bottle bouteille f|
map carte f|rope corde f|barrel tonneau m|kite cerf-volant m|cake gâteau m|newspaper journal m|flag drapeau m|
camera caméra f|box caisse f|drum tambour m"""
PLACES = """harbour port m|market marché m|beach plage f|bridge pont m|square place f|garden jardin m|station gare f|
church église f|street rue f|kitchen cuisine f|lighthouse phare m|school école f|hill colline f|quay quai m|
forest forêt f|café café m|workshop atelier m|roof toit m"""
# English; French masculine, feminine; whether it stands before the noun in French.
ADJECTIVES = """red rouge rouge 0|blue bleu bleue 0|green vert verte 0|white blanc blanche 0|black noir noire 0|
yellow jaune jaune 0|small petit petite 1|big grand grande 1|old vieux vieille 1|young jeune jeune 1|
empty vide vide 0|heavy lourd lourde 0|wet mouillé mouillée 0|broken cassé cassée 0|tired fatigué fatiguée 0|
happy joyeux joyeuse 0|beautiful beau belle 1|ancient ancien ancienne 0"""
DOING = """carries porte|holds tient|paints peint|repairs répare|watches regarde|sells vend|buys achète|finds trouve|
pushes pousse|pulls tire|cleans nettoie|opens ouvre|loses perd|draws dessine|brings apporte|hides cache"""
BEING = """sleeps dort|sings chante|waits attend|runs court|laughs rit|dances danse|works travaille|sits_down s'assoit|
walks marche|shouts crie|plays joue|rests se_repose|dreams rêve|jumps saute"""
WHERE = "in dans|near près_de|in_front_of devant|behind derrière|on sur|towards vers"
WHEN = """in_the_morning le_matin|in_the_evening le_soir|today aujourd'hui|every_day chaque_jour|at_noon à_midi|
in_the_rain sous_la_pluie|at_night la_nuit|after_school après_l'école|in_winter en_hiver|without_a_word sans_un_mot"""

VOWELS = "aeiouéèêâîôûh"


WORLD, LIKINGS = 7, 0.4
"""The town is the same in both languages: who does what, with what, and where. The smaller LIKINGS, the fewer."""


class Grammar:
    """Sentences in two languages by one draw."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def one(self, table: str, beside: str = "") -> list[str]:
        """An entry of a table; those further down are rarer, as words are. beside: a word whose likings count."""
        entries = [entry.strip().split(" ") for entry in table.split("|")]
        shares = 1.0 / (np.arange(len(entries)) + 3.0)
        if beside:
            likings = np.random.default_rng([WORLD, *beside.encode(), *table[:20].encode()])
            shares *= likings.gamma(LIKINGS, size=len(entries)) + 0.01
        return [part.replace("_", " ") for part in entries[self.rng.choice(len(entries), p=shares / shares.sum())]]

    def noun(self, table: str, described: float, beside: str = "") -> tuple[str, str]:
        """A noun with its article, and an adjective with the given probability."""
        english, french, gender = self.one(table, beside)
        is_definite = self.rng.random() < 0.4
        before = after = adjective = ""
        if self.rng.random() < described:
            adjective, masculine, feminine, place = self.one(ADJECTIVES, english)
            form = feminine if gender == "f" else masculine
            before, after = (form, "") if place == "1" else ("", form)
        words = " ".join(part for part in (before, french, after) if part)
        words = words.replace("beau h", "bel h").replace("vieux h", "vieil h").replace("vieux e", "vieil e")
        if is_definite:
            article = "l'" if words[0] in VOWELS else "la " if gender == "f" else "le "
        else:
            article = "une " if gender == "f" else "un "
        described_noun = f"{adjective} {english}".strip()
        a = "the" if is_definite else "an" if described_noun[0] in "aeiou" else "a"
        return f"{a} {described_noun}", article + words

    def sentence(self) -> tuple[str, str]:
        """A sentence in English and in French."""
        who, qui = self.noun(ANIMALS if self.rng.random() < 0.15 else PEOPLE, 0.3)
        if self.rng.random() < 0.6:
            does, fait = self.one(DOING, who.split()[-1])
            what, quoi = self.noun(THINGS, 0.5, does)
            english, french = f"{who} {does} {what}", f"{qui} {fait} {quoi}"
        else:
            does, fait = self.one(BEING, who.split()[-1])
            english, french = f"{who} {does}", f"{qui} {fait}"
        if self.rng.random() < 0.7:
            at, ou = self.one(WHERE, does)
            place, lieu = self.noun(PLACES, 0.15, does)
            english, french = f"{english} {at} {place}", f"{french} {ou} {lieu}"
        if self.rng.random() < 0.3:
            when, quand = self.one(WHEN, does)
            english, french = f"{english} {when}", f"{french} {quand}"
        french = french.replace("près de le ", "près du ").replace("près de un", "près d'un")
        return f"{english[0].upper()}{english[1:]}.", f"{french[0].upper()}{french[1:]}."


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent.parent / "unmt" / "samples")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, sentences) in enumerate((("en", 3000), ("fr", 3000), ("test", 200))):
        grammar = Grammar(seed)
        pairs = [grammar.sentence() for _ in range(sentences)]
        for language, side in (("en", 0), ("fr", 1)):
            if name in (language, "test"):
                stem = "harbour.test" if name == "test" else "harbour"
                text = "".join(f"{pair[side]}\n" for pair in pairs)
                (folder / f"{stem}.{language}.txt").write_text(text, encoding="utf-8")
    sys.stdout.write(f"written to {folder}\n")


if __name__ == "__main__":
    main()
