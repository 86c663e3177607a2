"""From settings to a search: what they ask for, in the order in which it takes effect."""

import logging
from typing import Any

from triform.configs.generation import GenerationConfig, bias_pairs
from triform.errors import InputError

from . import processors as p
from . import warpers as w
from .beams import BeamSearch
from .search import OneByOne

SAMPLING = ("temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff")


def several(ids: Any) -> tuple[int, ...]:
    """One id, several or none, as a tuple."""
    if ids is None:
        return ()
    return tuple(int(i) for i in (ids if isinstance(ids, (list, tuple)) else [ids]))


def plan_search(settings: GenerationConfig, prompt: int, seq2seq: bool) -> Any:
    """The search that settings ask for.

    Args:
        prompt: tokens of the decoder's prompt, padding included, since `min_length` counts them.
        seq2seq: whether the source is an encoder's text, and not the prompt itself.
    """
    ends = several(settings.eos_token_id)
    pad = settings.pad_token_id if settings.pad_token_id is not None else (ends[0] if ends else 0)
    shared: dict[str, Any] = {
        "processors": (*plan_processors(settings, prompt, ends), *plan_warpers(settings, ends), *_normalised(settings)),
        "draws": settings.do_sample, "ends": ends, "pad": pad,
        "guidance": settings.guidance_scale if settings.guidance_scale not in (None, 1.0) else None,
    }  # fmt: skip
    if settings.num_beams == 1:
        return OneByOne(**shared)
    return BeamSearch(settings.num_beams, length_penalty=settings.length_penalty, early_stopping=settings.early_stopping, **shared)


def plan_processors(settings: GenerationConfig, prompt: int, ends: tuple[int, ...]) -> tuple[p.Processor, ...]:
    """What changes scores, whether tokens are drawn or not."""
    found: list[p.Processor] = []
    if settings.sequence_bias:
        found.append(p.SequenceBias(tuple(bias_pairs(settings.sequence_bias))))
    if settings.encoder_repetition_penalty not in (None, 1.0):
        found.append(p.SourceRepetitionPenalty(settings.encoder_repetition_penalty))
    if settings.repetition_penalty not in (None, 1.0):
        found.append(p.RepetitionPenalty(settings.repetition_penalty))
    if settings.no_repeat_ngram_size:
        found.append(p.NoRepeatNgram(settings.no_repeat_ngram_size))
    if settings.encoder_no_repeat_ngram_size:
        found.append(p.NoSourceNgram(settings.encoder_no_repeat_ngram_size))
    if settings.bad_words_ids:
        words = [tuple(word) for word in settings.bad_words_ids if tuple(word) not in [(end,) for end in ends]]
        found.append(p.SequenceBias(tuple((word, p.NEVER) for word in words)))
    least = max(settings.min_new_tokens or 0, (settings.min_length or 0) - prompt)
    if least > 0 and ends:
        found.append(p.MinNewTokens(least, ends))
    if settings.forced_bos_token_id is not None and prompt == 1:
        found.append(p.ForcedFirst(settings.forced_bos_token_id))
    if settings.forced_eos_token_id is not None:
        found.append(p.ForcedLast(several(settings.forced_eos_token_id)))
    if settings.remove_invalid_values:
        found.append(p.RemoveInvalid())
    if settings.exponential_decay_length_penalty is not None:
        start, factor = settings.exponential_decay_length_penalty
        found.append(p.LengthDecay(int(start), float(factor), ends))
    if settings.suppress_tokens:
        found.append(p.Suppress(several(settings.suppress_tokens)))
    if settings.begin_suppress_tokens:
        forced = int(settings.forced_bos_token_id is not None and prompt == 1)
        found.append(p.Suppress(several(settings.begin_suppress_tokens), forced))
    return tuple(found)


def plan_warpers(settings: GenerationConfig, ends: tuple[int, ...]) -> tuple[p.Processor, ...]:
    """What narrows the choice of what is drawn. Beams leave enough words to go on with."""
    if not settings.do_sample:
        return ()
    least = 1 if settings.num_beams == 1 else len(ends) + 1
    found: list[p.Processor] = []
    if settings.temperature not in (None, 1.0):
        found.append(w.Temperature(settings.temperature))
    if settings.top_k:
        found.append(w.TopK(max(settings.top_k, least)))
    if settings.top_p is not None and settings.top_p < 1.0:
        found.append(w.TopP(settings.top_p, least))
    if settings.min_p is not None:
        found.append(w.MinP(settings.min_p, least))
    if settings.typical_p is not None and settings.typical_p < 1.0:
        found.append(w.Typical(settings.typical_p, least))
    if settings.epsilon_cutoff is not None and 0.0 < settings.epsilon_cutoff < 1.0:
        found.append(w.Epsilon(settings.epsilon_cutoff, least))
    if settings.eta_cutoff is not None and 0.0 < settings.eta_cutoff < 1.0:
        found.append(w.Eta(settings.eta_cutoff, least))
    return tuple(found)


def _normalised(settings: GenerationConfig) -> tuple[p.Processor, ...]:
    return (p.Normalise(),) if settings.renormalize_logits else ()


def plan_length(settings: GenerationConfig, prompt: int, longest: int | None, where: str) -> int:
    """How many new tokens there may be.

    Args:
        prompt: tokens of the decoder's prompt.
        longest: how many tokens the model can place; None where there is no bound.
        where: the model, for errors.

    Raises: InputError where the prompt leaves no room, or not the room that was asked for.
    """
    wanted: int
    if settings.max_new_tokens is not None:
        wanted, asked = settings.max_new_tokens, f"max_new_tokens={settings.max_new_tokens}"
    elif settings.given("max_length") and settings.max_length is not None:
        wanted, asked = settings.max_length - prompt, f"max_length={settings.max_length}"
        if wanted < 1:
            raise InputError(f"{where}: the prompt has {prompt} tokens, which leaves no room under {asked}. Give max_new_tokens instead.")
    else:
        wanted, asked = 20, ""
    if longest is None:
        return wanted
    if prompt >= longest:
        raise InputError(f"{where}: the prompt has {prompt} tokens, but the model can place {longest}. Shorten the prompt.")
    if prompt + wanted > longest:
        if asked.startswith("max_new"):
            raise InputError(
                f"{where}: {prompt} tokens of the prompt and {asked} are more than the {longest} that the model can place. "
                f"At most max_new_tokens={longest - prompt} fits."
            )
        return longest - prompt
    return wanted


def warn_of_contradictions(settings: GenerationConfig, given: set[str]) -> None:
    """Says so where a call asks for what has no effect."""
    log = logging.getLogger("triform").warning
    idle = [name for name in SAMPLING if name in given]
    if idle and not settings.do_sample:
        log("%s set, but without do_sample=True nothing is drawn: no effect.", " and ".join(idle) + (" is" if len(idle) == 1 else " are"))
    idle = [name for name in ("length_penalty", "early_stopping") if name in given]
    if idle and settings.num_beams == 1:
        log("%s set, but there are no beams (num_beams=1): no effect.", " and ".join(idle) + (" is" if len(idle) == 1 else " are"))
    if {"max_length", "max_new_tokens"} <= given:
        log("max_new_tokens=%s and max_length=%s are both set: max_new_tokens counts.", settings.max_new_tokens, settings.max_length)
