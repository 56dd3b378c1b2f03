"""Tiny converted models of every family, for tests: the shape and the files of real ones.

The weights are seeded noise: their English is noise too, but what a model is fed, how it is
asked and what is made of its answer is what a real one would meet.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
WIDTH, HEADS, LAYERS, PIECES = 32, 2, 2, 400

ENGLISH = (
    "On Tuesday the minister announced a new law on pensions, which the unions have criticised.",
    "The company has signed an agreement with the unions on the closure of the factory.",
    "Researchers in Brussels have not yet voted the budget that the government wanted.",
    "According to the mayor, two projects were put off until the end of the year.",
    "The start-up raised four million euros from investors who believe in its future.",
    "Why did the group finance an offer that nobody had asked for on the markets?",
    "Artificial intelligence changes how newspapers write, and who reads what they write.",
    "The cat sleeps on the table while the dog barks at the people in the street.",
    "This morning the president said that nothing had been decided about the elections.",
    "The report shows that prices have risen faster than wages for the third time.",
)
CODES = {
    "marian": (),
    "nllb": ("fra_Latn", "eng_Latn", "deu_Latn"),
    "m2m100": ("__fr__", "__en__", "__de__"),
    "small100": ("__fr__", "__en__", "__de__"),
    "madlad": ("<2fr>", "<2en>", "<2de>"),
    "mbart50": ("fr_XX", "en_XX", "de_DE"),
}
SHAPES: dict[str, dict[str, Any]] = {
    "marian": {"pre_norm": False},
    "nllb": {},
    "m2m100": {},
    "small100": {},
    "madlad": {"relative_attention_bias": True, "ffn_glu": True, "rms_norm": True},
    "mbart50": {"layernorm_embedding": True},
}
TOKENIZER = {"madlad": "spiece.model"}  # the others' is sentencepiece.bpe.model


def french() -> list[str]:
    """Lines to train pieces on: the seed's."""
    lines: list[str] = []
    for path in sorted((ROOT / "seeds").glob("*.fr.txt")):
        lines += path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()]


def pieces(lines: list[str], *, kind: str = "unigram", symbols: tuple[str, ...] = ()) -> bytes:
    """Train a SentencePiece model."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        vocab_size=PIECES,
        model_type=kind,
        user_defined_symbols=list(symbols),
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def listed(model: bytes) -> list[str]:
    """Give a SentencePiece model's pieces in order."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(i) for i in range(processor.get_piece_size())]


class _Noise:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def linear(self, spec: Any, rows: int, columns: int, *, bias: bool = True) -> None:
        spec.weight = self.rng.normal(0, columns**-0.5, (rows, columns)).astype(np.float32)
        if bias:
            spec.bias = np.zeros(rows, dtype=np.float32)

    def norm(self, spec: Any) -> None:
        spec.gamma = np.ones(WIDTH, dtype=np.float32)
        if hasattr(spec, "beta"):
            spec.beta = np.zeros(WIDTH, dtype=np.float32)

    def attention(self, spec: Any, *rows: int, t5: bool) -> None:
        self.norm(spec.layer_norm)
        for linear, size in zip(spec.linear, rows, strict=True):
            self.linear(linear, size, WIDTH, bias=not t5)
        if hasattr(spec, "relative_attention_bias"):
            spec.relative_attention_bias = self.rng.normal(0, 1, (8, HEADS)).astype(np.float32)
            spec.relative_attention_max_distance = np.dtype("int32").type(16)
            spec.queries_scale = 1.0


def save(
    folder: Path,
    family: str,
    vocabulary: list[str],
    *,
    seed: int,
    quantization: str | None = "int8",
    **config: Any,
) -> None:
    """Write ``model.bin``, ``config.json`` and the vocabulary of a tiny model."""
    from ctranslate2.specs import transformer_spec

    t5 = family == "madlad"
    spec = transformer_spec.TransformerSpec.from_config((LAYERS, LAYERS), HEADS, **SHAPES[family])
    noise = _Noise(seed)
    table = noise.rng.normal(0, WIDTH**-0.5, (len(vocabulary), WIDTH)).astype(np.float32)
    for part in (spec.encoder, spec.decoder):
        embeddings = part.embeddings[0] if isinstance(part.embeddings, list) else part.embeddings
        embeddings.weight = table
        if hasattr(part, "position_encodings"):
            part.position_encodings.encodings = noise.rng.normal(0, 0.1, (512, WIDTH)).astype(
                np.float32
            )
        for name in ("layer_norm", "layernorm_embedding"):
            if hasattr(part, name):
                noise.norm(getattr(part, name))
        if t5:
            part.scale_embeddings = False
        for layer in part.layer:
            noise.attention(layer.self_attention, 3 * WIDTH, WIDTH, t5=t5)
            if hasattr(layer, "attention"):
                noise.attention(layer.attention, WIDTH, 2 * WIDTH, WIDTH, t5=t5)
                if t5:
                    layer.attention.queries_scale = 1.0
            noise.norm(layer.ffn.layer_norm)
            noise.linear(layer.ffn.linear_0, 2 * WIDTH, WIDTH, bias=not t5)
            if hasattr(layer.ffn, "linear_0_noact"):
                noise.linear(layer.ffn.linear_0_noact, 2 * WIDTH, WIDTH, bias=False)
            noise.linear(layer.ffn.linear_1, WIDTH, 2 * WIDTH, bias=not t5)
    noise.linear(spec.decoder.projection, len(vocabulary), WIDTH)
    spec.decoder.projection.weight *= 2.0
    spec.decoder.projection.bias[vocabulary.index("</s>")] = 6.0 if t5 else 4.0  # outputs that end
    spec.decoder.projection.bias[vocabulary.index("<unk>")] = -50.0
    if family == "marian":
        spec.decoder.start_from_zero_embedding = True
    spec.config.decoder_start_token = "<s>" if t5 else "</s>"
    for name, value in config.items():
        setattr(spec.config, name, value)
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def build(folder: Path, family: str, *, seed: int = 1, **config: Any) -> Path:
    """Write a model of a family with its tokenizer, and what `transformers` needs to read it."""
    kind = "bpe" if family in ("nllb", "m2m100", "small100") else "unigram"
    if family == "marian":
        models = {"source.spm": pieces(french()), "target.spm": pieces([*ENGLISH] * 4)}
    else:
        symbols = CODES[family] if family == "madlad" else ()
        both = pieces([*french(), *ENGLISH], kind=kind, symbols=symbols)
        models = {TOKENIZER.get(family, "sentencepiece.bpe.model"): both}
    tokens = ["<s>", "<pad>", "</s>", "<unk>"]
    tokens += [piece for model in models.values() for piece in listed(model)]
    vocabulary = list(dict.fromkeys([*tokens, *CODES[family]]))
    save(folder, family, vocabulary, seed=seed, **config)
    for name, model in models.items():
        (folder / name).write_bytes(model)
    if family in ("marian", "m2m100", "small100"):
        bare = [token for token in vocabulary if token not in CODES[family]]
        ids = {token: i for i, token in enumerate(bare)}
        (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    return folder
