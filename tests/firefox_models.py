"""Tiny models with weights by chance in the files that Firefox ships, written here.

The format is Marian's: a header, names, shapes, data; int8 weights lie transposed and end
with the factor by which they were multiplied.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from ct2_models import ENGLISH, french, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDTH, HEADS, INNER = 32, 4, 64
MODEL, VOCABULARY, LEXICON = (
    "model.fren.intgemm.alphas.bin",
    "vocab.fren.spm",
    "lex.50.50.fren.s2t.bin",
)
_BYTES, _FLOATS, _INTEGERS = 0x101, 0x404, 0x4101  # Marian's numbers for kinds of data
_CONFIG = f"""\
dim-emb: {WIDTH}
transformer-heads: {HEADS}
transformer-dim-ffn: {INNER}
enc-depth: 1
dec-depth: 1
"""
Item = tuple[str, int, tuple[int, ...], bytes]


def _attention(name: str) -> Iterator[tuple[str, int, int]]:
    for part in "qkvo":
        yield f"{name}_{part}", WIDTH, WIDTH


def _items(words: int, seed: int) -> Iterator[Item]:
    rng = np.random.default_rng(seed)

    def floats(name: str, values: np.ndarray) -> Item:
        return name, _FLOATS, (1, values.size), values.astype("<f4").tobytes()

    def integers(name: str, rows: int, columns: int) -> Item:
        drawn = rng.integers(-127, 128, rows * columns, dtype=np.int8)
        return name, _INTEGERS, (rows, columns), drawn.tobytes() + struct.pack("<f", 127.0)

    weights = [
        *(
            (f"{side}_W{part}", f"{side}_b{part}", WIDTH, WIDTH)
            for side in ("encoder_l1_self", "decoder_l1_context")
            for part in "qkvo"
        ),
        *(
            (f"{side}_l1_ffn_W{part}", f"{side}_l1_ffn_b{part}", *shape)
            for side in ("encoder", "decoder")
            for part, shape in ((1, (WIDTH, INNER)), (2, (INNER, WIDTH)))
        ),
        ("decoder_l1_rnn_W", "", WIDTH, WIDTH),
        ("decoder_l1_rnn_Wf", "decoder_l1_rnn_bf", WIDTH, WIDTH),
    ]
    for weight, bias, rows, columns in weights:
        yield integers(weight, rows, columns)
        yield floats(f"{weight}_QuantMultA", np.array([20.0]))
        if bias:
            yield floats(bias, rng.normal(0, 0.1, columns))
    for name in (
        "encoder_l1_self_Wo",
        "encoder_l1_ffn_ffn",
        "decoder_l1_rnn_ffn",
        "decoder_l1_context_Wo",
        "decoder_l1_ffn_ffn",
    ):
        yield floats(f"{name}_ln_scale", np.ones(WIDTH))
        yield floats(f"{name}_ln_bias", np.zeros(WIDTH))
    yield integers("Wemb", words, WIDTH)
    yield floats("none_QuantMultA", np.array([20.0]))
    bias = rng.normal(0, 0.5, words)
    bias[:3] = -9.0  # the unknown piece and the two ends
    yield floats("decoder_ff_logit_out_b", bias)
    yield "special:model.yml", _BYTES, (len(_CONFIG) + 1,), _CONFIG.encode() + b"\0"


def packed(items: list[Item]) -> bytes:
    """Write items as Marian's binary file."""
    padded = [data + b"\0" * (-len(data) % 256) for *_, data in items]
    out = struct.pack("<2Q", 1, len(items))
    for (name, kind, shape, _), data in zip(items, padded, strict=True):
        out += struct.pack("<4Q", len(name) + 1, kind, len(shape), len(data))
    out += b"".join(name.encode() + b"\0" for name, *_ in items)
    for _, _, shape, _ in items:
        out += struct.pack(f"<{len(shape)}i", *shape)
    gap = -(len(out) + 8) % 256
    return out + struct.pack("<Q", gap) + b"\0" * gap + b"".join(padded)


def build(folder: Path, *, seed: int = 0, without: str = "") -> Path:
    """Write a model and its vocabulary; ``without`` leaves out what begins with it."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = pieces([*french(), *ENGLISH])
    words = sentencepiece.SentencePieceProcessor(model_proto=vocabulary).get_piece_size()
    items = [item for item in _items(words, seed) if not (without and item[0].startswith(without))]
    (folder / MODEL).write_bytes(packed(items))
    (folder / VOCABULARY).write_bytes(vocabulary)
    # The lexicon: the first pieces always, and for each piece of French two more.
    lists = np.random.default_rng(seed).integers(0, words, 2 * words, dtype="<u4")
    offsets = np.arange(0, 2 * words + 1, 2, dtype="<u8")
    header = struct.pack("<6Q", 0xF11A48D5013417F5, 0, 100, 50, offsets.size, lists.size)
    (folder / LEXICON).write_bytes(header + offsets.tobytes() + lists.tobytes())
    return folder
