"""From the Gemma 3 270M GGUF and a LoRA adapter to a CTranslate2 model, with numpy alone.

The weights are dequantised with `gguf`, the adapter is merged into them
(``W + (alpha / r) · B @ A``, Hu et al. 2021, equation 3), and the result is quantised to
int8 by CTranslate2. No torch and no transformers are involved.

Facts about the architecture that the GGUF file does not hold (which blocks attend to
everything, the base frequency of the local ones) are from the Gemma 3 report
(arXiv 2503.19786) and stand below as constants.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

RECIPE_VERSION = "1"  # raise it when the same inputs give another model

LOCAL_ROPE_BASE = 10_000.0
GLOBAL_EVERY = 6  # blocks 6, 12, 18 (1-based) attend to the whole context
# GGUF's name for each linear layer → the adapter's (PEFT's) name for the same.
LINEAR_LAYERS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A LoRA adapter: for each PEFT layer name, A ``(r, in)`` and B ``(out, r)``."""

    scale: float  # alpha / r
    layers: Mapping[str, tuple[Array, Array]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gguf:
    """What conversion needs of a GGUF file."""

    metadata: Mapping[str, float]
    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    types: tuple[int, ...]  # SentencePiece's piece types, which GGUF shares
    tensor: Callable[[str], Array]  # dequantised, shape (out, in) for matrices

    def special(self, name: str) -> int:
        """Give a special token's id."""
        return int(self.metadata[f"tokenizer.ggml.{name}_token_id"])


_SPECIAL = {"pad": "padding", "eos": "eos", "bos": "bos", "unk": "unknown"}  # → GGUF's names


def load_adapter(folder: Path) -> Adapter:
    """Read a PEFT LoRA adapter from ``adapter_config.json`` and its safetensors file.

    Raises:
        ModelDamaged: a file is missing or is not a plain LoRA adapter.
    """
    import numpy as np
    from safetensors import SafetensorError, safe_open

    config_path = folder / "adapter_config.json"
    weights_path = folder / "adapter_model.safetensors"
    try:
        config = json.loads(config_path.read_text(encoding="utf-8"))
        scale = float(config["lora_alpha"]) / float(config["r"])
        plain = config["peft_type"] == "LORA" and config.get("bias", "none") == "none"
        plain = plain and not (config.get("use_dora") or config.get("use_rslora"))
        pairs: dict[str, dict[str, Array]] = {}
        with safe_open(weights_path, "numpy") as tensors:
            for key in tensors.keys():  # noqa: SIM118 - safetensors handles are not iterable
                layer, _, part = key.removeprefix("base_model.model.model.").partition(".lora_")
                pairs.setdefault(layer, {})[part[0]] = tensors.get_tensor(key).astype(np.float32)
        layers = {layer: (both["A"], both["B"]) for layer, both in pairs.items()}
    except (OSError, ValueError, KeyError, IndexError, SafetensorError) as error:
        raise ModelDamaged(
            f"the adapter cannot be read: {error}",
            place=str(folder),
            next_step="install passerelle again",
        ) from error
    if not plain:
        raise ModelDamaged(
            "the adapter is not a plain LoRA adapter",
            place=str(config_path),
            next_step="use an adapter with peft_type LORA, bias none, no DoRA, no rsLoRA",
        )
    return Adapter(scale=scale, layers=layers)


def _read_gguf(path: Path) -> _Gguf:
    import numpy as np
    from gguf import GGUFReader
    from gguf.quants import dequantize

    reader = GGUFReader(path)

    def strings(name: str) -> tuple[str, ...]:
        # `contents()` decodes element by element through two more calls: slow for 262,144.
        field = reader.fields[name]
        return tuple(bytes(field.parts[i]).decode("utf-8") for i in field.data)

    def numbers(name: str) -> tuple[Any, ...]:
        field = reader.fields[name]
        return tuple(field.parts[i][0].item() for i in field.data)

    tensors = {tensor.name: tensor for tensor in reader.tensors}

    def tensor(name: str) -> Array:
        found = tensors[name]
        return np.ascontiguousarray(dequantize(found.data, found.tensor_type), dtype=np.float32)

    metadata = {
        name: float(field.contents())
        for name, field in reader.fields.items()
        if name.startswith("gemma3.") or name.endswith("_token_id")
    }
    return _Gguf(
        metadata=metadata,
        tokens=strings("tokenizer.ggml.tokens"),
        scores=numbers("tokenizer.ggml.scores"),
        types=numbers("tokenizer.ggml.token_type"),
        tensor=tensor,
    )


def _tokenizer_model(source: _Gguf) -> bytes:
    """Build the SentencePiece model that gives the reference tokenizer's ids."""
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()  # type: ignore[attr-defined]
    for piece, score, kind in zip(source.tokens, source.scores, source.types, strict=True):
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer = model.trainer_spec
    trainer.model_type = proto.TrainerSpec.BPE  # type: ignore[attr-defined]
    trainer.byte_fallback = True
    trainer.vocab_size = len(source.tokens)
    for short, name in _SPECIAL.items():
        setattr(trainer, f"{short}_id", source.special(name))
        setattr(trainer, f"{short}_piece", source.tokens[source.special(name)])
    normalizer = model.normalizer_spec
    normalizer.name = "identity"
    normalizer.add_dummy_prefix = False
    normalizer.remove_extra_whitespaces = False
    normalizer.escape_whitespaces = True
    data: bytes = model.SerializeToString()
    return data


_CONTROL_TYPES = frozenset({2, 3, 6})  # unknown, control, byte
_LATIN_END = 0x250  # code points below are ASCII, Latin-1 and Latin Extended-A and -B


def _english_needs(token: str, kind: int) -> bool:
    """Say whether English output can need a token: no letters but Latin ones.

    Any other text can still be written, byte by byte.
    """
    if kind in _CONTROL_TYPES:
        return True
    if token.startswith("<unused"):
        return False
    return all(ord(c) < _LATIN_END or not c.isalpha() for c in token)


def _output_first(source: _Gguf) -> tuple[list[int], int]:
    """Order the vocabulary so that what the output can need comes first; count that.

    The projection onto the vocabulary is nearly two thirds of the arithmetic. Cutting
    it to a prefix of the vocabulary makes decoding faster; the input keeps every token.
    """
    needed = list(map(_english_needs, source.tokens, source.types))
    return sorted(range(len(needed)), key=lambda i: not needed[i]), sum(needed)


def _build_spec(source: _Gguf, adapter: Adapter) -> Any:  # noqa: ANN401 - ctranslate2 is untyped
    """Fill CTranslate2's decoder specification: the fields its Gemma 3 converter fills."""
    import numpy as np
    from ctranslate2.specs import common_spec, transformer_spec

    meta = source.metadata
    blocks = int(meta["gemma3.block_count"])
    window = int(meta["gemma3.attention.sliding_window"])
    head = int(meta["gemma3.attention.key_length"])
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        blocks,
        int(meta["gemma3.attention.head_count"]),
        activation=common_spec.Activation.GELUTanh,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=head,
        rotary_interleave=False,
        rotary_base=LOCAL_ROPE_BASE,
        num_heads_kv=int(meta["gemma3.attention.head_count_kv"]),
        head_dim=head,
        sliding_window=window,
        pre_post_layer_norm=True,
        quant_type=common_spec.Quantization.CT2,
        qk_norm=True,
    )
    merged = set()

    def linear(block: int, name: str) -> Array:
        weight = source.tensor(f"blk.{block}.{name}.weight")
        key = f"layers.{block}.{LINEAR_LAYERS[name]}"
        if key in adapter.layers:
            down, up = adapter.layers[key]
            weight = weight + adapter.scale * (up @ down)
            merged.add(key)
        return weight

    def norm(target: Any, name: str) -> None:  # noqa: ANN401
        # GGUF stores 1 + gamma; CTranslate2 adds the 1 itself.
        target.gamma = source.tensor(name) - np.float32(1)
        target.layer_norm_use_residual = True

    decoder = spec.decoder
    decoder.scale_embeddings = True
    decoder.start_from_zero_embedding = False
    order, outputs = _output_first(source)
    decoder.embeddings.weight = source.tensor("token_embd.weight")[order]
    decoder.projection.weight = decoder.embeddings.weight[:outputs].copy()
    norm(decoder.layer_norm, "output_norm.weight")
    for index, layer in enumerate(decoder.layer):
        attention = layer.self_attention
        if (index + 1) % GLOBAL_EVERY == 0:
            attention.rotary_base = np.float32(meta["gemma3.rope.freq_base"])
            attention.sliding_window = np.int32(0)
        norms = {
            "attn_norm": layer.input_layer_norm,
            "post_attention_norm": layer.post_attention_layer_norm,
            "ffn_norm": layer.pre_feedforward_layer_norm,
            "post_ffw_norm": layer.post_feedforward_layer_norm,
            "attn_q_norm": attention.q_norm,
            "attn_k_norm": attention.k_norm,
        }
        for name, target in norms.items():
            norm(target, f"blk.{index}.{name}.weight")
        attention.linear[0].weight = np.concatenate(
            [linear(index, name) for name in ("attn_q", "attn_k", "attn_v")]
        )
        attention.linear[1].weight = linear(index, "attn_output")
        layer.ffn.linear_0.weight = linear(index, "ffn_gate")
        layer.ffn.linear_0_noact.weight = linear(index, "ffn_up")
        layer.ffn.linear_1.weight = linear(index, "ffn_down")
    unused = set(adapter.layers) - merged
    if unused:
        raise ModelDamaged(
            f"the adapter has {len(unused)} layers that the model has not, "
            f"for instance {min(unused)}",
            next_step="use an adapter trained on Gemma 3 270M",
        )
    spec.register_vocabulary([source.tokens[i] for i in order])
    for short in ("bos", "eos", "unk"):
        setattr(spec.config, f"{short}_token", source.tokens[source.special(_SPECIAL[short])])
    spec.config.layer_norm_epsilon = meta["gemma3.attention.layer_norm_rms_epsilon"]
    return spec


def convert(gguf_path: Path, adapter: Adapter, folder: Path, *, quantization: str = "int8") -> None:
    """Write a CTranslate2 model and its ``tokenizer.model`` into ``folder``.

    Args:
        gguf_path: Gemma 3 270M as GGUF, any quantisation that `gguf` can undo.
        adapter: merged into the linear layers before quantisation.
        folder: empty and existing.
        quantization: CTranslate2's name for the type of the stored weights.

    Raises:
        ModelDamaged: the adapter does not fit the model.
    """
    source = _read_gguf(gguf_path)
    (folder / "tokenizer.model").write_bytes(_tokenizer_model(source))
    spec = _build_spec(source, adapter)
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(folder))
