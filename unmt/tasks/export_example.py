"""What stands beside an exported model: how to cut text for it, and a program that does."""

EXAMPLES = {
    "transformers": '''"""python translate.py SOURCE-TARGET < in.txt > out.txt"""

import json
import sys
from pathlib import Path

import torch
from transformers import GenerationConfig, M2M100ForConditionalGeneration

from unmt.text.pieces import Pieces
from unmt.text.tokeniser import Tokeniser

folder = Path(__file__).parent
pieces = Pieces((folder / "pieces.model").read_bytes(), tuple(json.loads((folder / "languages.json").read_text())))
files = [folder / f"{name}.tokeniser.json" for name in sys.argv[1].split("-")]
source, target = (Tokeniser.from_dict(json.loads(file.read_text(encoding="utf-8"))) for file in files)
model = M2M100ForConditionalGeneration.from_pretrained(folder)
how = GenerationConfig.from_pretrained(folder, f"generation_config.{sys.argv[1]}.json")
for line in sys.stdin:
    ids = [*pieces.encode(source.tokens(line))[: LONGEST - 2], how.eos_token_id]  # symbols that the net has room for
    how.max_new_tokens = min(int(1.5 * len(ids)) + 10, LONGEST - 1)
    found = model.generate(torch.tensor([ids]), generation_config=how)
    print(target.join(pieces.decode(found[0].tolist())))
''',
    "ctranslate2": '''"""python translate.py SOURCE-TARGET < in.txt > out.txt"""

import json
import sys
from pathlib import Path

import ctranslate2

from unmt.text.pieces import Pieces
from unmt.text.tokeniser import Tokeniser

folder = Path(__file__).parent
pieces = Pieces((folder / "pieces.model").read_bytes(), tuple(json.loads((folder / "languages.json").read_text())))
ids = {name: id_ for id_, name in enumerate(pieces.names)}
files = [folder / f"{name}.tokeniser.json" for name in sys.argv[1].split("-")]
source, target = (Tokeniser.from_dict(json.loads(file.read_text(encoding="utf-8"))) for file in files)
translator = ctranslate2.Translator(str(folder / sys.argv[1]))
for line in sys.stdin:
    symbols = [pieces.names[id_] for id_ in pieces.encode(source.tokens(line))][: LONGEST - 2]  # it has room for
    most = min(int(1.5 * (len(symbols) + 1)) + 10, LONGEST - 1)
    found = translator.translate_batch([symbols], beam_size=8, min_decoding_length=0, max_decoding_length=most)
    print(target.join(pieces.decode([ids[symbol] for symbol in found[0].hypotheses[0]])))
''',
}
"""Programs, by format; LONGEST is a number there. They need unmt for the cutting alone, and that without torch."""

_TEXT = """
## Text

A line goes through two steps on its way in, and back through them on its way out.

1. `LANGUAGE.tokeniser.json` cuts a line into words and marks in lower case (`Tokeniser.tokens` of
   `unmt.text.tokeniser`) and puts such tokens together again with the case and the spaces of its language
   (`Tokeniser.join`). Text that is lower case and has a space between any two tokens needs no such step.
2. `pieces.model`, a model of sentencepiece, cuts tokens with a space between them into pieces (`Pieces.encode` of
   `unmt.text.pieces`, or any sentencepiece). A source ends in `</s>`. `<to:LANGUAGE>` is where the decoder begins;
   it tells the language to write.

`translate.py` does it all:

    python translate.py {way} < in.txt > out.txt

`unmt translate` asks n-grams of the target language which translation of its beam to take, puts names and words that it
never read where they belong as they stand in the source, cuts long lines at the ends of sentences and leaves blank
lines blank; `translate.py` is the least that is needed and does none of this.
"""

INSTRUCTIONS = {
    "transformers": """# A translation model of unmt, for transformers

    M2M100ForConditionalGeneration.from_pretrained(FOLDER)

One model for all directions: {ways}. `generation_config.DIRECTION.json` makes `generate` write the language that is
wanted: where the decoder begins (`decoder_start_token_id`), symbols that the language does not have
(`suppress_tokens`; `renormalize_logits` makes the others sum to one again), and a beam of {beam} that ends once as many
translations have ended (`early_stopping`). With it `generate` gives what `unmt translate ngrams=0` gives, symbol
for symbol; `num_beams=1` is greedy. `generation_config.json`, which `generate` takes where none is named, is that of
{way}.
"""
    + _TEXT,
    "ctranslate2": """# A translation model of unmt, for CTranslate2

    ctranslate2.Translator("FOLDER/{way}")

A folder for each direction: {ways}. Its target vocabulary has only the symbols of the language that is written, and the
decoder begins with that language's symbol by itself, so that no prefix and no other option is needed for it. `</s>` is
put behind a source by CTranslate2. With `min_decoding_length=0` (1 is its default, and forbids an empty translation)
and `beam_size={beam}`, `translate_batch` gives what `unmt translate ngrams=0` gives, symbol for symbol.
"""
    + _TEXT,
}
"""README.md of an exported folder, by format."""

PRETRAINED_INSTRUCTIONS = """# A translation model of unmt, for transformers

    AutoModelForSeq2SeqLM.from_pretrained(FOLDER), AutoTokenizer.from_pretrained(FOLDER)

One model for all directions: {ways}. `generation_config.DIRECTION.json` makes `generate` write the language that is
wanted. Text is cut and folded by `LANGUAGE.tokeniser.json` (`Tokeniser.from_dict` of unmt/text/tokeniser.py) before the
net's own tokenizer sees it, its tokens with a space between them, and joined by the other language's afterwards. Where
the tokenizer has codes of languages, that of the source is set as `tokenizer.src_lang`. Greedy (`num_beams=1`) is as
`unmt translate beam=1`; a beam of `transformers` counts the symbol of the language into the length.
"""
