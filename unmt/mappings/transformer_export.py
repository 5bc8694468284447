"""The weights of a Transformer in the layouts of other programs: M2M100 of `transformers`, and CTranslate2.

Both compute what unmt/mappings/transformer.py computes. M2M100 has positions from the padding's id + 1 on, embeddings
times the root of the width, norms before each part and one after the last layer, and ties all embeddings; its queries,
keys and values are three matrices, of which ours has the last two in one. CTranslate2 has all three in one matrix for
self-attention and takes its table of positions from us.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from unmt.mappings.transformer import PAD, Attention, DecoderLayer, EncoderLayer, FeedForward, Transformer

NEVER = -1e4
"""What is added to the logit of a symbol that may not be written: its share is then nought, in half precision too."""


def m2m100(net: Transformer, end: int, tag: int) -> Any:
    """An M2M100ForConditionalGeneration with the weights of a net. end, tag: ids that end and begin a translation."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    shape = net.shape
    config = M2M100Config(
        vocab_size=shape.symbols,
        max_position_embeddings=shape.longest,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        activation_function="relu",
        dropout=shape.dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        encoder_layerdrop=0.0,
        decoder_layerdrop=0.0,
        scale_embedding=True,
        pad_token_id=PAD,
        bos_token_id=end,
        eos_token_id=end,
        decoder_start_token_id=tag,
        tie_word_embeddings=True,
    )
    made = M2M100ForConditionalGeneration(config)
    missing, unexpected = made.load_state_dict(m2m100_weights(net), strict=False)
    # What is tied is there once; the rest must be there, and nothing else.
    assert not unexpected
    assert set(missing) <= set(made.all_tied_weights_keys)
    made.tie_weights()
    return made.eval()


def m2m100_weights(net: Transformer) -> dict[str, Tensor]:
    """The weights by their names in M2M100; tied ones once."""
    found = {"model.shared.weight": net.embedding.weight.detach()}
    for side, layers, norm in (
        ("encoder", net.encoder, net.encoder_norm),
        ("decoder", net.decoder, net.decoder_norm),
    ):
        for number, layer in enumerate(layers):
            assert isinstance(layer, EncoderLayer | DecoderLayer)
            name = f"model.{side}.layers.{number}"
            found |= _projections(f"{name}.self_attn", layer.attention)
            found |= _named(f"{name}.self_attn_layer_norm", layer.attention_norm)
            if isinstance(layer, DecoderLayer):
                found |= _projections(f"{name}.encoder_attn", layer.cross)
                found |= _named(f"{name}.encoder_attn_layer_norm", layer.cross_norm)
            found |= _named(f"{name}.fc1", layer.feed.first) | _named(f"{name}.fc2", layer.feed.second)
            found |= _named(f"{name}.final_layer_norm", layer.feed_norm)
        found |= _named(f"model.{side}.layer_norm", norm)
    return found


def _projections(name: str, attention: Attention) -> dict[str, Tensor]:
    found = _named(f"{name}.q_proj", attention.query) | _named(f"{name}.out_proj", attention.out)
    for part in ("weight", "bias"):
        keys, values = getattr(attention.key_value, part).detach().chunk(2)
        found |= {f"{name}.k_proj.{part}": keys, f"{name}.v_proj.{part}": values}
    return found


def _named(name: str, layer: nn.Linear | nn.LayerNorm) -> dict[str, Tensor]:
    return {f"{name}.weight": layer.weight.detach(), f"{name}.bias": layer.bias.detach()}


def ctranslate2_model(
    net: Transformer, names: Sequence[str], allowed: Sequence[int], *, unknown: int, end: int, tag: int
) -> Any:
    """A ctranslate2.specs.TransformerSpec that writes one language, ready to be saved.

    names: of all symbols; allowed: ids that may be written. The target vocabulary is the allowed symbols and what
    CTranslate2 must know besides, which a bias keeps it from writing: so it needs no option to write what we write.
    """
    from ctranslate2.specs import TransformerSpec

    shape = net.shape
    spec = TransformerSpec.from_config((shape.encoder_layers, shape.decoder_layers), shape.heads, pre_norm=True)
    written = sorted(set(allowed))
    kept = sorted({unknown, end, tag, *written})
    embedding = net.embedding.weight.detach().cpu()
    target = embedding[torch.tensor(kept)]
    spec.encoder.embeddings[0].weight = embedding
    spec.decoder.embeddings.weight = target
    spec.decoder.projection.weight = target
    spec.decoder.projection.bias = torch.tensor([0.0 if id_ in set(written) else NEVER for id_ in kept])
    for part, norm in ((spec.encoder, net.encoder_norm), (spec.decoder, net.decoder_norm)):
        part.scale_embeddings = True
        part.position_encodings.encodings = net.positions.detach().cpu()
        _set_norm(part.layer_norm, norm)
    for place, layer in zip(spec.encoder.layer, net.encoder, strict=True):
        _set_self_attention(place.self_attention, layer.attention, layer.attention_norm)
        _set_feed(place.ffn, layer.feed, layer.feed_norm)
    for place, written_by in zip(spec.decoder.layer, net.decoder, strict=True):
        _set_self_attention(place.self_attention, written_by.attention, written_by.attention_norm)
        _set_norm(place.attention.layer_norm, written_by.cross_norm)
        _set_linear(place.attention.linear[0], written_by.cross.query)
        _set_linear(place.attention.linear[1], written_by.cross.key_value)
        _set_linear(place.attention.linear[2], written_by.cross.out)
        _set_feed(place.ffn, written_by.feed, written_by.feed_norm)
    spec.config.unk_token = names[unknown]
    spec.config.bos_token = spec.config.eos_token = names[end]
    spec.config.decoder_start_token = names[tag]
    spec.config.add_source_eos = True
    spec.register_source_vocabulary(list(names))
    spec.register_target_vocabulary([names[id_] for id_ in kept])
    spec.validate()
    spec.optimize()
    return spec


def _set_self_attention(spec: Any, attention: Attention, norm: nn.LayerNorm) -> None:
    _set_norm(spec.layer_norm, norm)
    for part in ("weight", "bias"):
        both = (getattr(layer, part).detach().cpu() for layer in (attention.query, attention.key_value))
        setattr(spec.linear[0], part, torch.cat(list(both)))
    _set_linear(spec.linear[1], attention.out)


def _set_feed(spec: Any, feed: FeedForward, norm: nn.LayerNorm) -> None:
    _set_norm(spec.layer_norm, norm)
    _set_linear(spec.linear_0, feed.first)
    _set_linear(spec.linear_1, feed.second)


def _set_norm(spec: Any, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = norm.weight.detach().cpu(), norm.bias.detach().cpu()


def _set_linear(spec: Any, layer: nn.Linear) -> None:
    spec.weight, spec.bias = layer.weight.detach().cpu(), layer.bias.detach().cpu()
