"""The API from a string to a solution: keys, families, languages, layout, and nothing found where nothing is."""

import json
from pathlib import Path

import numpy as np
import pytest

import unmt
from unmt.coding.build import model_from_text
from unmt.errors import InputError
from unmt.evaluation.symbol_error_rate import symbol_error_rate
from unmt.mappings.affine import Affine
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.caesar import Caesar
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.mapping import Mapping
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.vigenere import Vigenere
from unmt.tasks.decipher import decipher
from unmt.tasks.monitor import Monitor
from unmt.text.alphabet import fold

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(ALPHABET)
KEYED = "".join(dict.fromkeys("station" + ALPHABET))
CIPHERS = Path(__file__).parents[3] / "shared" / "data" / "ciphers"


def timeless(solution):
    """What must not depend on the machine."""
    result = solution.to_dict()
    for name in ("seconds", "keys_per_second"):
        del result[name]
    result["history"] = [{k: v for k, v in entry.items() if k != "seconds"} for entry in result["history"]]
    return result


def noise(symbols, length, seed):
    """Text of letters drawn evenly and alone."""
    return "".join(ALPHABET[i] for i in np.random.default_rng([seed, symbols]).integers(0, symbols, length))


def letters_of(text):
    return np.array([ALPHABET.index(letter) for letter in fold(text) if letter != " "], np.int32)


def written(mapping, text, rng=None):
    """A text enciphered by a mapping, letters alone."""
    return "".join(mapping.symbols[i] for i in mapping.invert(letters_of(text), rng))


@pytest.fixture(scope="module")
def solved(prose, enciphered):
    """An English text with word divisions, case and punctuation, and its solution."""
    cipher = enciphered(prose["en"], seed=1)
    return cipher, decipher(cipher, language="en")


def test_layout_case_and_punctuation_are_restored(solved, prose):
    _, solution = solved
    assert solution.plaintext == prose["en"]
    assert solution.verdict == "identified"
    assert solution.probability_correct >= 0.9
    assert (solution.family, solution.language, solution.stopped) == ("substitution", "en", "certified")
    assert solution.plaintext_words == fold(prose["en"])


def test_the_key_is_the_one_that_was_used(solved, prose):
    cipher, solution = solved
    back = dict(zip(fold(cipher).replace(" ", ""), fold(prose["en"]).replace(" ", ""), strict=True))
    assert solution.key == back
    mapping = Mapping.from_dict(solution.mapping)
    ids = np.array([mapping.symbols.index(s) for s in solution.ciphertext_symbols])
    assert "".join(mapping.outputs[i] for i in mapping.apply(ids)) == solution.letters
    assert set(solution.key_confidence) == set(back)
    assert min(solution.key_confidence[symbol] for symbol in "".join(back)[:5]) >= 0.5


def test_the_lengths_add_up_and_are_under_those_of_chance(solved):
    _, solution = solved
    parts = solution.mapping_bits + solution.text_bits + solution.homophone_bits
    assert solution.total_bits == pytest.approx(parts)
    assert solution.total_bits < min(*solution.null_samples, solution.random_bits)
    assert solution.null_bits == pytest.approx(np.mean(solution.null_samples))
    chance = min(solution.null_bits, solution.random_bits)  # English is named, so naming the language costs nothing
    assert solution.gain_bits == pytest.approx(chance - solution.total_bits)
    assert solution.text_bits / len(solution.letters) < 2.6
    falling = [entry["bits"] for entry in solution.history]
    assert falling == sorted(falling, reverse=True)
    others = [entry["total_bits"] for entry in solution.alternatives]
    assert others == sorted(others)
    assert all(bits >= solution.total_bits for bits in others if np.isfinite(bits))
    assert len(solution.letter_confidence) == len(solution.letters)


def test_the_result_is_json(solved):
    cipher, solution = solved
    result = json.loads(json.dumps(solution.to_dict(), allow_nan=False))
    assert result["ciphertext"] == cipher
    assert result["version"] == unmt.__version__
    assert len(result["data_sha256"]) == len(result["model_sha256"]) == 64


def test_the_code_length_is_told_in_the_words_of_every_command(solved):
    _, solution = solved
    (code,) = solution.to_dict()["code_lengths"]
    assert code["unit"] == "symbol"
    assert code["units"] == len(solution.letters)
    for name, value in (
        ("mapping_bits", solution.mapping_bits),
        ("text_bits", solution.text_bits),
        ("way_back_bits", solution.homophone_bits),
        ("total_bits", solution.total_bits),
        ("apart_bits", solution.random_bits),
        ("null_bits", solution.null_bits),
    ):
        assert code[name] == pytest.approx(value, abs=0.01)
        assert code["per_unit"][name] == pytest.approx(value / len(solution.letters), abs=1e-3)


def test_the_preflight_says_what_the_text_can_pay_for(solved):
    _, solution = solved
    preflight = solution.preflight
    assert preflight["symbols"] == len(solution.letters)
    payable = preflight["symbols"] * preflight["redundancy_bits_per_symbol"]
    assert preflight["payable_bits"] == pytest.approx(payable, rel=0.01)
    by_family = {entry["family"]: entry for entry in preflight["families"]}
    assert by_family["substitution"]["enough"]
    assert 15 <= by_family["substitution"]["unicity_symbols"] <= 40
    assert preflight["sentence"].startswith(f"{len(solution.letters)} symbols can pay for ")
    assert "enough for" in preflight["sentence"]
    assert "a simple substitution" in preflight["sentence"]


def test_the_preflight_says_where_there_is_too_little():
    numbers = " ".join(str(n) for n in np.random.default_rng(0).permutation(40))
    solution = decipher(numbers, language="en", seconds=0.5, null=False)
    assert "not enough for a homophonic key of 40 symbols" in solution.preflight["sentence"]
    assert solution.verdict != "identified"


@pytest.mark.parametrize("text", ["Zkhuh lv wkh ROG erdw?", "pelit sikma pesomt, kek pesomt lima"])
def test_the_answer_is_the_same_on_one_or_two_threads(text):
    one, two, again = (decipher(text, language="en", seed=7, restarts=3, threads=threads) for threads in (1, 2, 2))
    assert timeless(one) == timeless(two) == timeless(again)


def test_a_text_without_divisions_gets_its_words_back(prose, enciphered):
    text = fold(prose["en"]).replace(" ", "")
    solution = decipher(enciphered(text, seed=2), language="en", null=False)
    assert solution.plaintext == text
    words, found = fold(prose["en"]).split(), solution.plaintext_words.split()
    assert len(set(found) & set(words)) >= 0.9 * len(set(words))


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it"])
def test_the_language_is_found(prose, enciphered, language):
    text = fold(prose[language])
    solution = decipher(enciphered(text, seed=3), null=False)
    assert solution.language == language
    assert symbol_error_rate(solution.plaintext, text) <= 0.02


KEYS = {
    "caesar": lambda: Caesar(SYMBOLS, ALPHABET, 11),
    "affine": lambda: Affine(SYMBOLS, ALPHABET, 7, 3),
    "reverse": lambda: Reverse(SYMBOLS, ALPHABET),
    "rail-fence": lambda: RailFence(SYMBOLS, ALPHABET, 4, 1),
    "vigenere": lambda: Vigenere(SYMBOLS, ALPHABET, "lantern", ALPHABET),
    "beaufort": lambda: Beaufort(SYMBOLS, ALPHABET, "station", ALPHABET),
}


@pytest.mark.parametrize("family", [Vigenere, pytest.param(Beaufort, marks=pytest.mark.slow)])
def test_a_keyed_alphabet_is_found(prose, family):
    mapping = family(SYMBOLS, ALPHABET, "ox", KEYED)
    solution = decipher(written(mapping, prose["en"]), language="en", null=False)
    assert solution.family == mapping.family
    # Two letters that stand apart in the tableau by the same distance as two others may be confused.
    assert symbol_error_rate(solution.letters, fold(prose["en"]).replace(" ", "")) <= 0.05


@pytest.mark.parametrize("family", KEYS)
def test_the_family_is_found(prose, family):
    mapping = KEYS[family]()
    solution = decipher(written(mapping, prose["en"]), language="en", null=False)
    assert solution.family == family
    assert solution.letters == fold(prose["en"]).replace(" ", "")


def test_homophones_are_found(prose):
    text = " ".join([prose["en"], "He who reads this far may keep the honey, and the lantern too, if he mends it."])
    shares = np.ones(26, int)
    shares[[4, 19, 0, 14, 8, 13, 18, 7, 17]] = 3
    key = np.random.default_rng(0).permutation(np.repeat(np.arange(26), shares))
    mapping = Homophonic.from_ids([str(i) for i in range(len(key))], ALPHABET, key)
    numbers = [mapping.symbols[i] for i in mapping.invert(letters_of(text), np.random.default_rng(1))]
    solution = decipher(" ".join(numbers), language="en", null=False)
    assert solution.family == "homophonic"
    assert symbol_error_rate(solution.letters, fold(text).replace(" ", "")) <= 0.02
    assert solution.homophone_bits > 0


@pytest.mark.parametrize("symbols", [pytest.param(20, marks=pytest.mark.slow), 26])
def test_random_text_is_refused(symbols):
    solution = decipher(noise(symbols, 400, 0), language="en", restarts=2)
    assert solution.verdict != "identified"
    assert solution.probability_correct < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("symbols", [20, 26])
def test_random_text_is_refused_in_every_draw(symbols):
    verdicts = [decipher(noise(symbols, 400, draw), language="en").verdict for draw in range(50)]
    assert verdicts.count("no structure found") == 50


@pytest.mark.parametrize(("language", "model"), [("en", "de"), ("de", "en"), ("fr", "it")])
def test_true_text_is_not_identified_in_another_language(prose, enciphered, language, model):
    solution = decipher(enciphered(fold(prose[language]), seed=4), language=model, restarts=3)
    assert solution.verdict != "identified"


def test_the_budget_is_kept():
    solution = decipher(noise(26, 400, 9), language="en", seconds=0.5, null=False)
    assert solution.stopped == "budget spent"
    assert solution.seconds < 4  # the run under way is not cut off
    assert solution.verdict != "identified"


class Impatient(Monitor):
    """Asks to stop after some reports."""

    def __init__(self, reports):
        self.left = reports
        self.stages = set()

    def update(self, stage, keys, bits, fraction):
        assert keys >= 0
        assert fraction is None or 0 <= fraction <= 1
        self.stages.add(stage)
        self.left -= 1
        self.stop_requested = self.left <= 0


def test_a_search_that_is_stopped_after_its_certificate_was_interrupted_all_the_same(solved):
    class StopsAtTheNull(Monitor):
        def update(self, stage, keys, bits, fraction):
            self.stop_requested = self.stop_requested or "shuffled" in stage

    solution = decipher(solved[0], language="en", monitor=StopsAtTheNull())
    assert (solution.stopped, solution.null_bits) == ("interrupted", None)


def test_an_interrupted_search_returns_its_best():
    monitor = Impatient(3)
    solution = decipher(noise(26, 300, 3), language="en", monitor=monitor)
    assert solution.stopped == "interrupted"
    assert len(solution.letters) == 300
    assert solution.null_samples == []
    assert monitor.stages


def test_the_monitor_hears_of_every_stage(prose, enciphered):
    monitor = Impatient(10**9)
    decipher(enciphered(prose["en"], seed=5), language="en", monitor=monitor)
    assert len(monitor.stages) >= 2


@pytest.mark.usefixtures("own_cache")
def test_a_greek_text_teaches_to_read_greek(tmp_path, greek, enciphered):
    (tmp_path / "greek.txt").write_text(greek(120), encoding="utf-8")
    alphabet = model_from_text(greek(120), "greek", "text").alphabet
    plain = greek(5, seed=9)
    cipher = enciphered(plain, seed=1, alphabet=alphabet)
    solution = decipher(cipher, language=str(tmp_path / "greek.txt"), null=False)
    assert solution.plaintext == plain
    assert (solution.family, solution.language) == ("substitution", "greek")
    wrong = decipher(noise(24, 100, 0), language=str(tmp_path / "greek.txt"), restarts=1)
    assert wrong.verdict != "identified"


@pytest.mark.usefixtures("own_cache")
def test_a_language_without_word_divisions(tmp_path, greek, enciphered):
    solid = fold(greek(150), model_from_text(greek(50), "greek", "text").alphabet).replace(" ", "")
    (tmp_path / "solid.txt").write_text(solid, encoding="utf-8")
    alphabet = "".join(sorted(set(solid)))
    plain = solid[1000:1250]
    solution = decipher(enciphered(plain, 1, alphabet), language=str(tmp_path / "solid.txt"), null=False)
    assert symbol_error_rate(solution.plaintext, plain) <= 0.02
    assert solution.plaintext_words == solution.plaintext


@pytest.mark.parametrize("text", ["ab", "abab", "aab bab", "1 2", "ab\ncd\nefg"])
def test_the_shortest_texts_have_a_solution_that_is_not_believed(text):
    solution = decipher(text, language="en", restarts=1)
    assert solution.verdict != "identified"
    assert len(solution.letters) == len(solution.letter_confidence)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"language": "klingon"}, "language=klingon: no such language"),
        ({"family": "enigma"}, "family=enigma: no such family"),
        ({"seed": -1}, "seed=-1: too small"),
        ({"restarts": 0}, "restarts=0: too small"),
        ({"threads": 0}, "threads=0: too small"),
        ({"seconds": 0.0}, "seconds=0.0"),
        ({"seconds": float("inf")}, "seconds=inf"),
        ({"seconds": float("nan")}, "seconds=nan"),
        ({"symbols": "runes"}, "symbols=runes"),
        ({"spaces": "many"}, "spaces=many"),
    ],
)
def test_a_wrong_setting_is_an_input_error(settings, why):
    with pytest.raises(InputError, match=why) as told:
        decipher("gsv jfrxp yildm ulc", **({"language": "en"} | settings))
    assert "\n" not in str(told.value)


def test_a_family_that_cannot_apply_says_why():
    numbers = " ".join(str(n) for n in range(40))
    with pytest.raises(InputError, match="40 different symbols are more than the 26 letters"):
        decipher(numbers, language="en", family="substitution")
    with pytest.raises(InputError, match="no letters of the language"):
        decipher(numbers, language="en", family="caesar")


@pytest.mark.parametrize("text", ["", "  \n", "aaaa"])
def test_a_text_without_two_symbols_is_an_input_error(text):
    with pytest.raises(InputError, match="ciphertext"):
        decipher(text, language="en")


@pytest.mark.slow
@pytest.mark.skipif(not CIPHERS.is_dir(), reason="the shared ciphers are not beside this checkout")
@pytest.mark.parametrize(("name", "most"), [("z408", 0.03), ("goldbug", 0.0)])
def test_famous_ciphers(name, most):
    solution = decipher((CIPHERS / f"{name}.cipher.txt").read_text(encoding="utf-8"), language="en", null=False)
    truth = (CIPHERS / f"{name}.plain.txt").read_text(encoding="utf-8")
    assert symbol_error_rate(solution.letters, fold(truth).replace(" ", "")) <= most
