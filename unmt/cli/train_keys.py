"""The keys of `unmt train`: what each is called, its type and its default."""

from dataclasses import asdict, dataclass, field

from unmt.cli.command import EACH
from unmt.cli.run_directory import RunSettings
from unmt.cli.tracking import OFF
from unmt.errors import InputError

HELP = """
Usage: unmt train experiment=NAME | source.language= source.train= target.language= target.train= [key=value ...]

Learns to translate between two texts that nobody paired: one in each language, about the same things. A Transformer
learns of more than two, too, each language into each.

  unmt train experiment=tiny
  unmt train source.language=en source.train=a.txt target.language=fr target.train=b.txt
  unmt train ... source.vectors=en.vec target.vectors=fr.vec trainer.minutes=10 run.dir=runs/mine
  unmt translate model=runs/mine direction=en-fr < in.txt > out.txt
  unmt train ... -m seed=0,1,2 run.dir=runs/seeds   a run each, in runs/seeds/0 and so on; with
                     hydra/launcher=joblib hydra.launcher.n_jobs=2 two at a time (pip install 'unmt[sweep]')

The two texts
  source.language=   names of your choice, such as en and fr; a direction is then en-fr or fr-en
  target.language=
  source.train=      text files in UTF-8 (.gz too), a sentence a line. No line of one need translate a line of the
  target.train=      other, and none is looked for
  source.vectors=null  word vectors in word2vec's text format, which help; each trained on its own language alone
  target.vectors=null
  more.NAME.train=   of network=transformer and pretrained: a text of a third language, a fourth, and so on, each by a
                     name, as in more.de.train=c.txt more.cs.train=d.txt: one net for all directions, de-cs among them
  more.NAME.vectors=null   its word vectors, if source and target have some
  more.NAME.language=null  its name, where a key cannot have it (a key has a to z, digits and _); null: NAME

How to learn
  experiment=null    a preset: tiny, two_files, multi30k_en_fr_lexicon, multi30k_en_de_lexicon, and of a Transformer
                     tiny_transformer, multi30k_en_fr, multi30k_en_de, multi30k_en_fr_de
  network=lexicon    a dictionary and phrase tables over n-gram models: minutes on a laptop, no GPU
                     (it sets network.name=)
  network=transformer  then a Transformer that starts from the lexicon model's translations and goes on with its own:
                     better from half an hour of two cores on; docs/neural.md says what to expect
  trainer.minutes=null  end by then, with the rounds that are done (round 0 at the least); null: all rounds of a
                     lexicon, 60 minutes of a Transformer
  trainer.rounds=null  rounds of translating both texts and learning from that; null: 5 of a lexicon, and of a
                     Transformer what the minutes allow
  trainer.held_out=500  sentences of each text that are kept out of training, to tell the rounds apart
  trainer.force=false   go on where the two texts seem to share no structure
  threads=null       so many cores; null: all
  seed=0             same seed, same model

Of a lexicon
  network.order=5    words of the longest n-gram
  network.beam=10    hypotheses that the search keeps while it trains
  network.sentences=20000  sentences of each text that a round translates at most
  network.teacher=null  a run directory of any network for the same languages, whose translations the rounds from
                     network.teacher_round=4 on learn from beside their own: of a Transformer that started from a
                     lexicon model, for a better one

Of a Transformer
  network.start=lexicon  what it learns from at first: lexicon, none, or a run directory: of network=lexicon, or of
                     Transformers, several with commas between; of more than two languages, of several pairs
  network.hub=null   of more than two languages: the one whose pairs have a lexicon model, the others start by way of
                     it; null: every pair has one, n (n - 1) / 2 of n languages
  network.pieces=4000  symbols of the vocabulary that all languages share
  network.width=128  of its states, and so on: network.heads=4, network.inner=512, network.encoder_layers=2,
                     network.decoder_layers=2, network.dropout=0.1, network.longest=256 (pieces of a sentence)
  trainer.device=auto  a GPU where there is one; or cpu, or cuda
  trainer.precision=auto  of products in training: bfloat16 on a GPU that computes in it, else float32; or one of them
  trainer.compile=false  true: torch compiles the blocks of the net, for training on a GPU; on a CPU it takes longer
  trainer.steps=400  of a round, each of trainer.tokens=200 target pieces a language, at the rate trainer.rate=0.0015
  trainer.start_rounds=25  rounds that learn from the start alone
  network.turns=null  so many times, each after trainer.turn_rounds=30 rounds, the lexicon model learns from the net,
                     and the net then from what that model makes; null: 3 of two languages that start from a
                     lexicon model, 0 of others. With network.teacher=RUN,RUN other nets of the same texts teach it
                     together with this one
  trainer.evaluate_every=5  rounds between two looks at the sentences that are kept out
  trainer.selector=two_sided  the figure of those that chooses the round, without labels: two_sided, code_bits,
                     divergence (code lengths), fluency_bits (language model and vocabulary), or round_trip_bleu
  trainer.keep=3     rounds whose weights are kept, the best by that figure
  objectives.start_pairs=0.4  shares of the steps: back-translations by the start, objectives.denoising=0.1,
                     objectives.causal=0, objectives.masked=0, objectives.spans=0 of one language alone; the rest is
                     back-translation by the net itself (objectives.back_translation=false leaves it out)
  objectives.forward=0.4  share of the first rounds that learns to translate as the start does
  objectives.schedule=null  weights that change from round to round, straight between points ROUND:WEIGHT, in place of
                     those above: "denoising 0:0.3 40:0; adversarial 10:0 20:0.1"
  objectives.alone_until=60  round from which on no step learns from one language alone
  objectives.alone_rounds=0  first rounds whose steps all do, by the four shares above: a net that is initialised by
                     language modelling before it learns to translate
  objectives.sampled=null  back-translation draws at this temperature; null: takes the likeliest
  objectives.adversarial=0  weight of a discriminator that the encoder hides the language from
  network=pretrained network.path=FOLDER  starts from an encoder-decoder that save_pretrained() of transformers wrote,
                     with its own shape and vocabulary, at the rate 0.0001; nothing is fetched or unpickled
  Several processes on one machine, a GPU each or cores of their own, train the same model in less time:
  torchrun --standalone --nproc-per-node 2 --no-python unmt train ... network=transformer run.dir=runs/mine

  parallel.train=null  a little parallel text, if you have any: source, tab, target, a line each. It takes part in
                     every round with the share objectives.parallel=0.2 of the steps (of more than two languages: of
                     source and target alone)

Where things go
  standard output    a sample of translations of sentences that were kept out of training
  run.dir=null       folder for config.yaml, metrics.jsonl, result.json, report.html, checkpoints/ and model/;
                     null: a dated one under runs/. A run that was stopped, even by kill -9, goes on with the same
                     run.dir, and ends as if it had not been stopped. One that is done goes on where it is given more
                     trainer.minutes or trainer.rounds.
  wandb=off          offline or online: the numbers of metrics.jsonl to Weights & Biases too, as rounds are done
  expected=null      what a preset comes to, told at the start and, beside what was measured, at the end
  needs=null         where a preset's texts come from, told where they are missing
  quiet=false        true: nothing on standard error but errors
"""

LEXICON_ROUNDS, NEURAL_MINUTES, TURNS = 5, 60.0, 3
NET_KEYS = ("pieces", "width", "heads", "inner", "encoder_layers", "decoder_layers", "dropout", "longest")


@dataclass
class SideSettings:
    """One of the two texts."""

    language: str | None = None
    train: str | None = None
    vectors: str | None = None


@dataclass
class ParallelSettings:
    """Pairs of sentences, for those who have some."""

    train: str | None = None


@dataclass
class NetworkSettings:
    """What is trained; the group `network` chooses it."""

    name: str = "lexicon"
    order: int = 5
    beam: int = 10
    sentences: int = 20000
    teacher: str | None = None
    teacher_round: int = 4
    start: str = "lexicon"
    hub: str | None = None
    turns: int | None = None
    pieces: int = 4000
    width: int = 128
    heads: int = 4
    inner: int = 512
    encoder_layers: int = 2
    decoder_layers: int = 2
    dropout: float = 0.1
    longest: int = 256
    path: str | None = None


@dataclass
class ObjectiveSettings:
    """What the steps of a Transformer learn from."""

    start_pairs: float = 0.4
    forward: float = 0.4
    denoising: float = 0.1
    causal: float = 0.0
    masked: float = 0.0
    spans: float = 0.0
    back_translation: bool = True
    sampled: float | None = None
    adversarial: float = 0.0
    parallel: float = 0.2
    alone_until: int = 60
    alone_rounds: int = 0
    schedule: str | None = None


@dataclass
class TrainerSettings:
    """How long, and whether at all."""

    minutes: float | None = None
    rounds: int | None = None
    held_out: int = 500
    force: bool = False
    device: str = "auto"
    precision: str = "auto"
    compile: bool = False
    steps: int = 400
    tokens: int = 200
    rate: float = 0.0015
    start_rounds: int = 25
    turn_rounds: int = 30
    evaluate_every: int = 5
    selector: str = "two_sided"
    keep: int = 3


@dataclass
class Configuration:
    """The keys of `unmt train`; HELP says what each is."""

    source: SideSettings = field(default_factory=SideSettings)
    target: SideSettings = field(default_factory=SideSettings)
    # Texts by name; Hydra takes no names of the user's choice but in dictionaries of plain values.
    more: dict[str, dict[str, str | None]] = field(default_factory=dict, metadata={EACH: SideSettings})
    parallel: ParallelSettings = field(default_factory=ParallelSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    trainer: TrainerSettings = field(default_factory=TrainerSettings)
    objectives: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    wandb: str = OFF
    expected: str | None = None
    needs: str | None = None
    run: RunSettings = field(default_factory=RunSettings)


def sides(configuration: Configuration) -> dict[str, SideSettings]:
    """The texts by their keys: source, target, and the others in the order of their keys, however they were typed."""
    found = {"source": configuration.source, "target": configuration.target}
    for name, values in sorted(configuration.more.items()):
        unknown = sorted(values.keys() - asdict(SideSettings()).keys())
        if unknown:
            raise InputError(f"more.{name}.{unknown[0]}= is no key. Its keys are train, vectors and language.")
        side = SideSettings(**values)
        found[f"more.{name}"] = SideSettings(side.language or name, side.train, side.vectors)
    return found


def lexicon_rounds(trainer: TrainerSettings) -> int:
    """Of network=lexicon."""
    return LEXICON_ROUNDS if trainer.rounds is None else trainer.rounds
