"""Any encoder-decoder of the `transformers` library as a net of ours: T5, BART, mBART, M2M100 and NLLB, Marian, ...

It takes our ids (unmt/text/pretrained_pieces.py) and gives the library's net what it was trained with: its own ids,
what its tokenizer sets around a source, and what its decoder begins with. The language to write in is the decoder's
last symbol before the text: its own code for the language (Liu et al., "Multilingual denoising pre-training for neural
machine translation", 2020), or a new symbol that is learned.

Training is a function of the seed here too: the library's dropout, at the net's own rates, draws from the generator
that the caller gives. Whole layers and the entries of a fused attention are never dropped.

Letters of shapes: S sentences, W hypotheses of each, M symbols of the net.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from unmt.errors import InputError
from unmt.mappings.sequence_net import NO_DROPOUT, Dropout, SequenceNet
from unmt.mappings.transformer import PAD
from unmt.text.library_quiet import library_quiet
from unmt.text.pieces import BLANK_ID, END_ID, UNKNOWN_ID
from unmt.text.pretrained_pieces import TAG, Layout, PretrainedPieces, layout_of, load_tokenizer

AROUND = 4
"""Places that are left for what stands around a sentence."""

SHORTEST = 16
UNBOUNDED = 512
"""Places of a net that names no bound of its own, such as T5."""

BOUNDS = (
    "max_position_embeddings",
    "n_positions",
    "max_encoder_position_embeddings",
    "max_decoder_position_embeddings",
)


class Pretrained(SequenceNet):
    """A net of the library. model: of AutoModelForSeq2SeqLM; longest: symbols of a sentence, begin and end among them.

    `decode` and the steps give scores of all M symbols of the net as states: nets differ in what they do between the
    last state and the scores.
    """

    table: Tensor
    before: Tensor
    after: Tensor
    start: Tensor

    def __init__(self, model: Any, layout: Layout, longest: int) -> None:
        super().__init__()
        self.model: Any = model
        self.layout = layout
        self._longest = longest
        # Its name changes in version 5 of the library.
        self.past = "cache" if "cache" in inspect.signature(model.forward).parameters else "past_key_values"
        self.register_buffer("table", torch.from_numpy(layout.table), persistent=False)
        for name in ("before", "after", "start"):
            ids = torch.tensor(getattr(layout, name), dtype=torch.long)
            self.register_buffer(name, ids, persistent=False)
        self.train()

    def train(self, mode: bool = True) -> Pretrained:  # noqa: FBT001, FBT002  # torch's signature
        """Always as for use: what is random in training is drawn by _Drawn, from the caller's generator."""
        super().train(False)
        return self

    @property
    def longest(self) -> int:
        return self._longest

    @property
    def device(self) -> torch.device:
        found: torch.device = self.table.device
        return found

    def encode(self, ids: Tensor, dropout: Dropout = NO_DROPOUT) -> tuple[Tensor, Tensor | None]:
        """As of every net. ids begin with the symbol of their language, the same one, where the encoder is told it."""
        given, is_symbol = self._source(ids)
        with _Drawn(dropout):
            states: Tensor = self.model.get_encoder()(
                input_ids=given, attention_mask=is_symbol.long()
            ).last_hidden_state
        return states, is_symbol

    def _source(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The net's own ids (n, s') of a source, and where they are no padding."""
        before, after = self.before, self.after
        if self.layout.names_source:
            tag = self.table[ids[0, 0]]
            before, after = torch.where(before == TAG, tag, before), torch.where(after == TAG, tag, after)
            ids = ids[:, 1:]
        text = ids[:, :-1]
        ends = (ids != PAD).sum(dim=1) - 1  # the place of the end, which the net has symbols of its own for
        is_text = torch.arange(text.shape[1], device=ids.device) < ends[:, None]
        first, last = len(before), len(after)
        made = ids.new_full((len(ids), first + text.shape[1] + last), self.layout.pad)
        made[:, :first] = before
        made[:, first : first + text.shape[1]] = torch.where(is_text, self.table[text], self.layout.pad)
        rows = torch.arange(len(ids), device=ids.device)
        for place in range(last):
            made[rows, first + ends + place] = after[place]
        return made, torch.arange(made.shape[1], device=ids.device) < (first + ends + last)[:, None]

    def _begun(self, tags: Tensor) -> Tensor:
        """What the decoder begins with (n, start + 1), for tags (n,) among our ids."""
        return torch.cat([self.start.expand(len(tags), -1), self.table[tags][:, None]], dim=1)

    def decode(self, ids: Tensor, encoded: Tensor, mask: Tensor | None, dropout: Dropout = NO_DROPOUT) -> Tensor:
        given = torch.cat([self._begun(ids[:, 0]), self.table[ids[:, 1:]]], dim=1)
        with _Drawn(dropout):
            scores: Tensor = self.scores(given, encoded, mask, use_cache=False).logits
        return scores[:, len(self.start) :]

    def scores(self, given: Tensor, encoded: Tensor, mask: Tensor | None, **options: Any) -> Any:
        """What the library's net gives for its own ids (n, t)."""
        from transformers.modeling_outputs import BaseModelOutput

        return self.model(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoded),
            attention_mask=None if mask is None else mask.long(),
            decoder_input_ids=given,
            **options,
        )

    def logits(self, states: Tensor, allowed: Tensor | None = None) -> Tensor:
        return states[..., self.table if allowed is None else self.table[allowed]]

    def steps(self, encoded: Tensor, mask: Tensor | None, hypotheses: int, places: int) -> PretrainedSteps:
        return PretrainedSteps(self, encoded, mask)

    def scorer(self, symbols: Tensor, written: int, most: int) -> Callable[[Tensor], Tensor]:
        own = self.table[symbols]

        def scores(states: Tensor) -> Tensor:
            found = states[:, own]
            found[:, written:] = -torch.inf
            return found

        return scores

    def save(self, folder: Path) -> None:
        """As `save_pretrained` does. Raises OSError where it cannot be written."""
        with library_quiet():
            self.model.save_pretrained(folder)


class PretrainedSteps:
    """A batch of sentences that is being translated; each hypothesis has its own copy of the past."""

    def __init__(self, net: Pretrained, encoded: Tensor, mask: Tensor | None) -> None:
        """encoded, mask: what net.encode gave."""
        self._net, self._encoded, self._mask = net, encoded, mask
        self._past: Any = None
        self._count = len(encoded)

    def step(self, ids: Tensor) -> Tensor:
        """Scores (S W, M) after ids (S W,)."""
        net = self._net
        given = net._begun(ids) if self._past is None else net.table[ids][:, None]  # noqa: SLF001
        out = net.scores(given, self._encoded, self._mask, use_cache=True, **{net.past: self._past})
        self._past = getattr(out, net.past)
        return out.logits[:, -1]  # type: ignore[no-any-return]

    def choose(self, parents: Tensor) -> None:
        """As NetSteps; there may be more or fewer hypotheses than before."""
        first = torch.arange(self._count, device=parents.device) * (len(self._encoded) // self._count)
        self._take((first[:, None] + parents).view(-1))

    def keep(self, goes_on: Tensor) -> Tensor:
        """As NetSteps; sentences stay in their order."""
        order = goes_on.nonzero()[:, 0]
        width = len(self._encoded) // self._count
        self._count = len(order)
        self._take((order[:, None] * width + torch.arange(width, device=order.device)).view(-1))
        return order

    def _take(self, rows: Tensor) -> None:
        self._past.reorder_cache(rows)
        self._encoded = self._encoded[rows]
        self._mask = None if self._mask is None else self._mask[rows]


class _Drawn(TorchFunctionMode):
    """Inside, what the library drops is drawn by a Dropout of ours; it holds for one thread."""

    def __init__(self, dropout: Dropout) -> None:
        super().__init__()
        self._bits = dropout.bits if dropout.share > 0.0 else None

    def __enter__(self) -> Any:
        # Where nothing is dropped the library's own calls stay as they are, and as fast.
        return self if self._bits is None else super().__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *error: object) -> None:
        if self._bits is not None:
            super().__exit__(*error)  # type: ignore[no-untyped-call]

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function is functional.dropout:
            share = args[1] if len(args) > 1 else kwargs.get("p", 0.5)
            return Dropout(share, self._bits)(args[0] if args else kwargs["input"])
        return function(*args, **kwargs)


def load_pretrained(
    path: Path | str, languages: tuple[str, ...], longest: int, seed: int
) -> tuple[Pretrained, PretrainedPieces]:
    """The net in a folder of `save_pretrained`, with a symbol for each language, and its vocabulary.

    longest: symbols of a sentence, at most; the net may have less room. seed: draws the symbols that are new.
    Nothing is fetched, nothing is unpickled, and no code of the folder is run. Raises InputError where that is no
    encoder-decoder with all its weights in safetensors and a tokenizer.
    """
    model = _loaded(path, "network.path")
    tokenizer = load_tokenizer(path)
    config = model.config
    if getattr(config, "share_encoder_decoder_embeddings", True) is False:
        raise InputError(
            f"network.path={path} has one vocabulary to read and another to write, and must do both in both"
            " languages. Name a net with one."
        )
    rows = int(model.get_input_embeddings().weight.shape[0])
    start = getattr(config, "decoder_start_token_id", None)
    if start is None:
        start = model.generation_config.decoder_start_token_id
    layout = layout_of(tokenizer, languages, rows, start, path)
    if layout.size > rows:
        _widen(model, layout.size, path, seed)
    bound = _bound(config) - AROUND
    if bound < SHORTEST:
        raise InputError(f"network.path={path}: the net has room for sentences of {bound} symbols. Name another.")
    net = Pretrained(model, layout, min(longest, bound))
    _check_serves(net, path)
    return net, PretrainedPieces(tokenizer, languages, layout)


@torch.no_grad()
def _check_serves(net: Pretrained, path: Path | str) -> None:
    """That it can be run as it will be, and comes back from what will be saved. Raises InputError."""
    language = BLANK_ID + 1
    source = [*([language] if net.layout.names_source else []), UNKNOWN_ID, END_ID]
    try:
        with library_quiet():
            net.decode(torch.tensor([[language, UNKNOWN_ID]]), *net.encode(torch.tensor([source])))
            with torch.device("meta"):  # no weights, their shapes alone
                again = type(net.model)(copy.deepcopy(net.model.config))
        fits = again.get_input_embeddings().weight.shape == net.model.get_input_embeddings().weight.shape
        reason = "" if fits else "its configuration does not tell how many symbols it has"
    except Exception as error:  # noqa: BLE001  # the library raises anything
        reason = f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"
    if reason:
        kind = getattr(net.model.config, "model_type", "?")
        raise InputError(
            f"network.path={path}: nets of the kind {kind} cannot be trained here ({reason}). Name another."
        )


def restored(folder: Path, layout: Layout, longest: int) -> Pretrained:
    """The net that `Pretrained.save` wrote. Raises InputError where it is not whole."""
    return Pretrained(_loaded(folder, "model"), layout, longest)


def _loaded(path: Path | str, key: str) -> Any:
    from transformers import AutoModelForSeq2SeqLM

    with library_quiet():
        try:
            model, found = AutoModelForSeq2SeqLM.from_pretrained(
                str(path), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32,
                output_loading_info=True,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  # the library raises anything over a broken file
            reason = str(error).strip().splitlines()
            raise InputError(
                f"{key}={path}: no encoder-decoder can be loaded from there"
                f" ({reason[0][:160] if reason else type(error).__name__})."
            ) from None
    lacking = [*found["missing_keys"], *found["mismatched_keys"]]
    if lacking:
        raise InputError(
            f"{key}={path}: {len(lacking)} of the net's weights are not there or of another shape, such as"
            f" {min(map(str, lacking))[:80]}. Save the whole net by save_pretrained()."
        )
    return model


@torch.no_grad()
def _widen(model: Any, size: int, path: Path | str, seed: int) -> None:
    """Room for new symbols, each the mean of the old ones and some noise. Raises InputError where a net takes none."""
    rows = int(model.get_input_embeddings().weight.shape[0])
    with library_quiet():
        try:
            model.resize_token_embeddings(size, mean_resizing=False)
        except (NotImplementedError, ValueError, RuntimeError, AttributeError, TypeError):
            raise InputError(
                f"network.path={path}: its tokenizer has no codes for the two languages, and the net takes no new"
                " symbols. Name the languages by its codes, such as source.language=eng_Latn, or another net."
            ) from None
    for part in _parts(model.config):  # some kinds widen the net and not what they say of it
        if hasattr(part, "vocab_size"):
            part.vocab_size = size
    generator = torch.Generator().manual_seed(seed)
    weights = [model.get_input_embeddings().weight]
    output = model.get_output_embeddings()
    if output is not None and output.weight is not weights[0]:
        weights.append(output.weight)
    for weight in weights:
        old = weight[:rows]
        noise = torch.randn(size - rows, weight.shape[1], generator=generator)
        weight[rows:] = old.mean(dim=0) + 0.5 * old.std(dim=0) * noise


def _parts(config: Any) -> list[Any]:
    """The configuration, and those of its sides where they have some."""
    return [config, *(part for name in ("encoder", "decoder") if (part := getattr(config, name, None)) is not None)]


def _bound(config: Any) -> int:
    bounds = [
        value for part in _parts(config) for name in BOUNDS if isinstance(value := getattr(part, name, None), int)
    ]
    return min(bounds, default=UNBOUNDED)
