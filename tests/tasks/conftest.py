"""Texts of our own, enciphered, and a small Greek to learn from."""

from collections.abc import Callable

import numpy as np
import pytest

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
PROSE = {
    "en": """My grandmother kept bees behind the old station, where no train had stopped for twenty years. Every evening
she walked along the rails with a lantern and told the bees what had happened in the village, because bees, she said,
fly away from a house that has secrets.""",
    "de": """Meine Großmutter hielt Bienen hinter dem alten Bahnhof, an dem seit zwanzig Jahren kein Zug mehr gehalten
hatte. Jeden Abend ging sie mit einer Laterne die Schienen entlang und erzählte den Bienen, was im Dorf geschehen war,
denn Bienen, sagte sie, verlassen ein Haus, das Geheimnisse hat.""",
    "fr": """Ma grand-mère avait des abeilles derrière la vieille gare, où aucun train ne s'était arrêté depuis vingt
ans. Chaque soir elle marchait le long des rails avec une lanterne et racontait aux abeilles ce qui s'était passé dans
le village, car les abeilles, disait-elle, quittent une maison qui a des secrets.""",
    "es": """Mi abuela tenía abejas detrás de la vieja estación, donde ningún tren había parado desde hacía veinte años.
Cada noche caminaba a lo largo de la vía con una linterna y contaba a las abejas lo que había pasado en el pueblo,
porque las abejas, decía, abandonan una casa que tiene secretos.""",
    "it": """Mia nonna teneva le api dietro la vecchia stazione, dove nessun treno si era fermato da venti anni. Ogni
sera camminava lungo le rotaie con una lanterna e raccontava alle api quello che era successo nel paese, perché le api,
diceva, lasciano una casa che ha dei segreti.""",
}

GREEK = {
    "subject": "ο γέρος ψαράς|η μικρή κόρη|ο βασιλιάς|η θάλασσα|το παιδί|ο άνεμος|η γυναίκα του|ο φύλακας|το καράβι|"
    "ο δάσκαλος|η νύχτα|ο ξένος",
    "verb": "βλέπει|θυμάται|αφήνει|ψάχνει|ακούει|περιμένει|χάνει|βρίσκει|ζητάει|κρατάει|φοβάται|αγαπάει",
    "object": "το παλιό σπίτι|τον δρόμο για την πόλη|τα λόγια της μητέρας|το φως στο νησί|ένα γράμμα|τον αδελφό του|"
    "την πέτρα κάτω από το δέντρο|τα χρόνια εκείνα|το ζεστό ψωμί|τη φωνή των πουλιών|τον εχθρό|το χρυσό κλειδί",
    "when": "κάθε πρωί|όταν πέφτει ο ήλιος|πριν από τον πόλεμο|μέσα στη βροχή|ύστερα από πολύ καιρό|χωρίς να μιλάει|"
    "την άνοιξη|στο τέλος του καλοκαιριού|σαν όνειρο|μαζί με τους άλλους",
    "joint": "και|αλλά|γιατί|ενώ|κι όμως|τότε που",
}


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def greek() -> Callable[[int, int], str]:
    """greek(sentences, seed): simple sentences, about seventy letters each."""
    parts = {name: text.split("|") for name, text in GREEK.items()}

    def text(sentences: int, seed: int = 0) -> str:
        rng = np.random.default_rng(seed)
        order = ("subject", "verb", "object", "when", "joint", "subject", "verb", "object")
        lines = [" ".join(str(rng.choice(parts[name])) for name in order) for _ in range(sentences)]
        return "\n".join(line.capitalize() + "." for line in lines)

    return text


@pytest.fixture(scope="session")
def enciphered() -> Callable[..., str]:
    """enciphered(text, seed): letters exchanged by a random key, case and layout kept. alphabet: the letters."""

    def cipher(text: str, seed: int = 0, alphabet: str = ALPHABET) -> str:
        key = "".join(np.random.default_rng(seed).permutation(list(alphabet)))
        return text.translate(str.maketrans(alphabet + alphabet.upper(), key + key.upper()))

    return cipher


@pytest.fixture(scope="session")
def prose() -> dict[str, str]:
    """The same story in the shipped languages."""
    return PROSE


@pytest.fixture(scope="session")
def trained_cipher(word_cipher, tmp_path_factory):
    """A small word cipher from language aa to bb, and the run directory of a training on it."""
    from unmt.tasks.train_lexicon import train_lexicon
    from unmt.tasks.training_settings import Settings, Text

    cipher, folder = word_cipher(400, 30, 3), tmp_path_factory.mktemp("run")
    settings = Settings(rounds=1, held_out=30, order=3, beam=2, force=True)
    assert train_lexicon(Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target), settings, folder)
    return cipher, folder


@pytest.fixture(scope="session")
def untaught():
    """untaught(texts by language, order, longest): a model of them whose net knows nothing. order: of its n-grams."""
    import torch

    from unmt.mappings.transformer import Shape, Transformer
    from unmt.tasks.neural_model import NeuralModel
    from unmt.tasks.sides import side_of
    from unmt.tasks.translation_model import Language
    from unmt.text.pieces import END_ID, Pieces

    def made(texts: dict[str, list[str]], order: int, longest: int) -> NeuralModel:
        torch.set_num_threads(1)
        sides = {name: side_of(name, lines, 10, order) for name, lines in texts.items()}
        languages = {n: Language(n, side.tokeniser, side.vocabulary, side.ngrams) for n, side in sides.items()}
        tokens = {n: [sides[n].tokeniser.tokens(line) for line in lines] for n, lines in texts.items()}
        pieces = Pieces.learn((line for part in tokens.values() for line in part), tuple(texts), 360)
        allowed = {
            name: np.union1d([END_ID], [id_ for line in part for id_ in pieces.encode(line)]).astype(np.int64)
            for name, part in tokens.items()
        }
        shape = Shape(len(pieces), width=16, heads=2, inner=16, encoder_layers=1, decoder_layers=1, longest=longest)
        return NeuralModel(languages, pieces, Transformer(shape, torch.Generator().manual_seed(0)).eval(), allowed)

    return made
