"""What `generate` gives back: the texts, and what was seen on the way."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from triform.outputs import (
    GenerateBeamDecoderOnlyOutput,
    GenerateBeamEncoderDecoderOutput,
    GenerateDecoderOnlyOutput,
    GenerateEncoderDecoderOutput,
)

INSIDES = ("attentions", "hidden_states", "decoder_attentions", "cross_attentions", "decoder_hidden_states")


@dataclass
class Collected:
    """What a call asked to see, token by token."""

    scores: list[Any] = field(default_factory=list)
    logits: list[Any] = field(default_factory=list)
    insides: dict[str, list[Any]] = field(default_factory=dict)
    encoder: dict[str, Any] = field(default_factory=dict)

    def wanted(self, run: Any) -> bool:
        """Whether every step is to be seen."""
        settings = run.settings
        return settings.return_dict_in_generate and bool(settings.output_scores or settings.output_logits or run.reader.asked)

    def prompt(self, run: Any, out: Any) -> None:
        """What the call for the prompt showed."""
        for name in ("encoder_attentions", "encoder_hidden_states"):
            if name in out:
                self.encoder[name] = out[name]
        self.step(run, out)

    def step(self, run: Any, out: Any) -> None:
        """What the call for a token showed."""
        if run.reader.asked:
            for name in INSIDES:
                if name in out:
                    shown = out[name] if run.search.beams == 1 or not self.insides.get(name) else _by_beams(run, name, out[name])
                    self.insides.setdefault(name, []).append(shown)

    def choice(self, run: Any, logits: Any, scores: Any) -> None:
        """What a choice was made by."""
        if run.settings.return_dict_in_generate and run.settings.output_scores:
            self.scores.append(run.engine.given(scores))
        if run.settings.return_dict_in_generate and run.settings.output_logits:
            self.logits.append(run.engine.given(logits))


def _by_beams(run: Any, name: str, layers: Any) -> tuple[Any, ...]:
    """What each layer shows of B texts and K beams as of B · K rows: states (R, 1, D), attentions (R, H, 1, S)."""
    found = []
    for layer in layers:
        x = run.engine.host(layer)
        x = np.moveaxis(x, 2, 1)[:, :, :, None] if "attentions" in name else x[:, :, None]
        found.append(run.engine.array(np.ascontiguousarray(x.reshape(-1, *x.shape[2:]))))
    return tuple(found)


def answer(run: Any, cache: Any, state: Any) -> Any:
    """The texts of a finished search; with return_dict_in_generate, an output around them."""
    engine, settings, width = run.engine, run.settings, run.width
    step = int(state.step)
    scores = parents = None
    if run.search.beams > 1:
        n = settings.num_return_sequences
        texts, grades, parents = (engine.host(x) for x in (state.beams.texts, state.beams.grades, state.beams.ancestry))
        texts, parents = (x[:, :n, width : width + step].reshape(-1, step) for x in (texts, parents))
        longest = int((parents >= 0).sum(-1).max())
        new, parents, scores = texts[:, :longest], parents[:, :longest], grades[:, :n].reshape(-1)
    else:
        n = run.copies
        new = engine.host(state.tokens)[:, width : width + step]
    prompt = run.prompt.ids
    if prompt is not None and run.prompt.tokens.ndim != 3:
        new = np.concatenate([np.repeat(prompt, n, axis=0), new], axis=1)
    sequences = engine.given(engine.array(new))
    if not settings.return_dict_in_generate:
        return sequences
    return _output(run, sequences, cache, scores, parents)


def _output(run: Any, sequences: Any, cache: Any, scores: Any, parents: Any) -> Any:
    engine, collected = run.engine, run.collected
    going_on = cache if run.search.beams == 1 else None  # the cache of beams has forked
    found = {"sequences": sequences, "past_key_values": going_on, **collected.encoder}
    found |= {name: tuple(values) for name, values in collected.insides.items()}
    found |= {name: tuple(values) for name in ("scores", "logits") if (values := getattr(collected, name))}
    if run.search.beams == 1:
        return (GenerateEncoderDecoderOutput if run.reader.seq2seq else GenerateDecoderOnlyOutput)(**found)
    found |= {"beam_indices": engine.array(parents)}
    if run.settings.output_scores:
        found["sequences_scores"] = engine.array(scores)
    return (GenerateBeamEncoderDecoderOutput if run.reader.seq2seq else GenerateBeamDecoderOnlyOutput)(**found)
