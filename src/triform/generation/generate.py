"""`generate`: from a call to new tokens. The host decides what runs; the steps themselves are in `programs`."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from triform.configs.generation import GenerationConfig
from triform.errors import InputError

from .. import loops
from ..engine import Engine
from . import programs, prompts
from .answers import Collected, answer
from .guests import Guests
from .planning import plan_length, plan_search, warn_of_contradictions
from .state import State

SOURCE = 32  # an encoder's text is compiled for 32, 64, 128, … tokens
# A prompt is compiled for pieces of so many tokens, up to so many slots of the cache: one of another length compiles nothing by itself.
# Small pieces waste little on a short prompt, large ones read a long prompt sooner.
PIECES = ((16, 128), (32, 256), (64, None))
CAPACITY = 96  # slots of a compiled cache: 96, 128, 192, 256, 384, 512, …
BREATH = 64  # tokens of a compiled loop after which the host looks around, so that it can be interrupted


def bucket(n: int, smallest: int) -> int:
    """The next of smallest, 2 · smallest, 4 · smallest, …"""
    while smallest < n:
        smallest *= 2
    return smallest


def capacity_for(tokens: int) -> int:
    """The slots of a compiled cache for so many tokens: two sizes for each doubling, since attention looks at all of them."""
    return min(bucket(tokens, CAPACITY), bucket(tokens, CAPACITY * 4 // 3))


def piece_for(prompt: int, room: int) -> int:
    """The size of the pieces in which a prompt is read that leaves room for so many tokens."""
    return next(size for size, most in PIECES if most is None or capacity_for(padded_to(size, prompt) + room) <= most)


def padded_to(size: int, tokens: int) -> int:
    """The next multiple of a size."""
    return -(-tokens // size) * size


@dataclass
class Run:
    """One call of `generate`: what was asked for, and where it stands.

    Attributes:
        limit: how many new tokens there may be.
        width: slots of the prompt in the history (padded, where programs are compiled).
        copies: rows per prompt.
        source: what each call of the decoder is given beside its tokens.
        guesses: how many tokens are guessed at once.
    """

    model: Any
    engine: Engine
    settings: GenerationConfig
    search: Any
    reader: programs.Reader
    prompt: prompts.Prompt
    guests: Guests
    limit: int
    negative: prompts.Prompt | None = None
    width: int = 0
    copies: int = 1
    window: int | None = None
    source: Any = None
    guesses: int = 0
    collected: Collected = field(default_factory=Collected)
    began: float = field(default_factory=time.monotonic)

    @property
    def rows(self) -> int:
        """Rows that each step reads."""
        return self.prompt.tokens.shape[0] * self.copies * (1 if self.negative is None else 2)

    @property
    def behind(self) -> int:
        """Slots of the cache that the new tokens take at most."""
        return self.limit * self.search.beams + (self.guesses + 1 if self.guesses else 0)

    @property
    def stepwise(self) -> bool:
        """Whether the host takes part in every step."""
        return self.guests.stepwise or self.collected.wanted(self)


def generate(
    model: Any, inputs: Any = None, generation_config: Any = None, logits_processor: Any = None, stopping_criteria: Any = None,
    prefix_allowed_tokens_fn: Any = None, assistant_model: Any = None, streamer: Any = None, negative_prompt_ids: Any = None,
    negative_prompt_attention_mask: Any = None, tokenizer: Any = None, seed: int | None = None, **kwargs: Any,
) -> Any:  # fmt: skip
    """See `triform.generating.Generating.generate`."""
    settings, given = _settings(model, generation_config, kwargs)
    wants = settings.return_dict_in_generate
    asked = tuple(name for name in ("output_attentions", "output_hidden_states") if wants and getattr(settings, name))
    engine, reader = Engine(model), prompts.reader_of(model, asked)
    prompt = prompts.read_prompt_of(model, engine, inputs, given, settings)
    length = prompt.tokens.shape[1]
    limit = plan_length(settings, length, model.most_tokens, type(model).__name__)
    search = plan_search(settings, length, reader.seq2seq)
    guests = Guests.of(logits_processor, stopping_criteria, prefix_allowed_tokens_fn, streamer, tokenizer, settings)
    guests.check(search, type(model).__name__)
    copies = settings.num_beams if settings.num_beams > 1 else settings.num_return_sequences
    run = Run(model, engine, settings, search, reader, prompt, guests, limit, copies=copies, window=model.placing_model.window)
    if search.guidance is not None:
        run.negative = _negative(run, negative_prompt_ids, negative_prompt_attention_mask)
    with engine.writing(run.rows):
        if assistant_model is not None or settings.prompt_lookup_num_tokens is not None:
            from .assisted import assisted

            run.guesses = (assistant_model is None and settings.prompt_lookup_num_tokens) or settings.num_assistant_tokens
            return assisted(run, assistant_model, seed)
        cache, state = _go_on(run, *_begin(run, seed))
    guests.end()
    return answer(run, cache, state)


def _settings(model: Any, generation_config: Any, kwargs: dict[str, Any]) -> tuple[GenerationConfig, dict[str, Any]]:
    """(what holds for this call, the keywords that are the model's inputs)."""
    changes = {name: kwargs[name] for name in kwargs if name in GenerationConfig.fields()}
    given = {name: value for name, value in kwargs.items() if name not in changes}
    settings = model.generation_config if generation_config is None else generation_config
    if generation_config is not None:  # ids that it leaves open are the model's
        ids = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
        own = model.generation_config
        changes = {**{n: getattr(own, n) for n in ids if getattr(settings, n) is None and getattr(own, n) is not None}, **changes}
    if changes:
        settings = settings.changed(**changes)
    warn_of_contradictions(settings, {name for name, value in changes.items() if value is not None})
    return settings, given


def _negative(run: Run, ids: Any, mask: Any) -> prompts.Prompt:
    """The prompt that guidance leads away from; without one, the last token of each prompt."""
    if run.reader.seq2seq:
        raise InputError(f"{type(run.model).__name__}.generate: guidance_scale needs a model without an encoder.")
    if ids is None:
        ids = run.prompt.tokens[:, -1:]
    given = {run.model.main_input_name: ids, "attention_mask": mask}
    return prompts.read_prompt_of(run.model, run.engine, None, given, run.settings)


# ---- the prompt


def _begin(run: Run, seed: int | None) -> tuple[Any, State, bool]:
    """Reads the prompt and makes the first choice: (the cache, the state, whether there is more to do)."""
    if _loop_reads_prompt(run):
        _, cache = read(run, programs.read_source)
        return cache, _state(run, seed), True
    logits, cache = read(run)
    state = _state(run, seed)
    if run.stepwise:
        cache = run.engine.run(programs.fan_out, cache, search=run.search, copies=run.copies)
        logits = run.engine.run(programs.last, logits, copies=run.copies)
        state = run.engine.run(programs.prepare, state, search=run.search)
        run.guests.show_prompt(run)
        return cache, *one_choice(run, state, logits)
    run.guests.show_prompt(run)
    consume = run.copies == 1 or run.search.beams > 1
    cache, state, more = run.engine.run(programs.begin, cache, state, logits, search=run.search, copies=run.copies, consume=consume)
    return cache, state, bool(more)


def _loop_reads_prompt(run: Run) -> bool:
    """Whether a decoder's prompt is a single token that the loop itself can read: then no other program need contain the decoder."""
    apart = run.engine.compiles and run.reader.seq2seq and not run.stepwise and run.copies == 1
    return apart and run.prompt.tokens.shape[1] == 1 and run.prompt.cache is None


def read(run: Run, from_start: Any = programs.read_prompt) -> tuple[Any, Any]:
    """(logits of which the last are of the last token of each prompt, the cache). Fills in `run.source`.

    Args:
        from_start: the program that reads a prompt of which no cache holds a beginning.
    """
    prompt = run.prompt if run.negative is None else _joined(run.prompt, run.negative)
    engine, reader = run.engine, run.reader
    tokens, mask = prompt.tokens, prompt.mask
    source = prompt.source if run.negative is None else engine.run(programs.doubled, prompt.source)
    fed = _already(prompt)
    cache = prompt.cache if fed else None
    if engine.compiles and not reader.seq2seq:
        out = _in_chunks(run, tokens, mask, prompt.positions + run.model.placing_model.first_position, source, cache, fed)
    else:
        plain = not prompt.padded
        numbered = None if plain else engine.array(prompt.positions[:, fed:] + run.model.placing_model.first_position)
        if not engine.compiles:
            mask_ = None if plain else engine.array(mask.astype(np.int32))
        else:
            source, mask_ = _padded_source(run, source), engine.array(mask.astype(np.int32))
        arrays = (engine.array(tokens[:, fed:]), mask_, numbered, source)
        if fed:
            out = engine.run(programs.read_chunk, cache, *arrays, reader=reader, consume=False)
        else:
            out = engine.run(from_start, *arrays, reader=reader, capacity=_room(run, tokens.shape[1]))
    if reader.seq2seq:
        source = {**{n: x for n, x in source.items() if n in ("attention_mask",)}, "encoder_outputs": source.get("encoder_outputs")}
        if source["encoder_outputs"] is None:
            source["encoder_outputs"] = (out.encoder_last_hidden_state,)
    fans = run.copies > 1 and run.search.beams == 1 and source
    run.source = engine.run(programs.copied, source, copies=run.copies) if fans else source
    cache = out.past_key_values
    if cache is None:
        raise InputError(f"{type(run.model).__name__} gave no cache, so nothing can be generated: is config.is_decoder set?")
    run.collected.prompt(run, out)
    return out.logits, cache


def _joined(first: prompts.Prompt, second: prompts.Prompt) -> prompts.Prompt:
    """The rows of two prompts, one after the other, padded to one length."""
    wide = max(first.tokens.shape[1], second.tokens.shape[1])
    pads = lambda x: np.pad(x, [(0, 0), (wide - x.shape[1], 0), *[(0, 0)] * (x.ndim - 2)])
    tokens, mask = (np.concatenate([pads(getattr(p, n)) for p in (first, second)]) for n in ("tokens", "mask"))
    return prompts.Prompt(None, tokens, mask, first.source, None)


def _already(prompt: prompts.Prompt) -> int:
    """How many columns of the prompt an earlier call has read: its cache says how many tokens, all in the same columns."""
    if prompt.cache is None:
        return 0
    count = prompt.cache.start if prompt.cache.count is None else np.asarray(prompt.cache.count).reshape(-1)[0]
    left = int(prompt.mask[0].sum()) - int(count)
    if not 0 < left <= prompt.tokens.shape[1]:
        raise InputError(
            f"past_key_values holds {int(count)} tokens of the first row, which has {int(prompt.mask[0].sum())}: give all tokens so far, "
            "those of the cache and at least one more."
        )
    return prompt.tokens.shape[1] - left


def _room(run: Run, tokens: int) -> int:
    """Slots for a new cache."""
    wanted = tokens + run.behind
    if run.window is not None and run.search.beams == 1:  # what no token sees any more is forgotten
        wanted = min(wanted, max(tokens, run.window) + max(run.window, BREATH))
    if run.engine.compiles:
        return capacity_for(wanted)
    if run.settings.cache_implementation == "static":
        return wanted
    return min(wanted, max(512, 2 * tokens))  # it grows


def _in_chunks(run: Run, tokens: Any, mask: Any, positions: Any, source: Any, cache: Any, fed: int) -> Any:
    """A prompt in pieces of one size, the first padded on the left."""
    engine, reader = run.engine, run.reader
    tokens, mask, positions = tokens[:, fed:], mask[:, fed:], positions[:, fed:]
    size = piece_for(tokens.shape[1], run.behind)
    size = min(size, run.model.most_tokens or size)
    more = padded_to(size, tokens.shape[1]) - tokens.shape[1]
    pads = lambda x: np.pad(x, [(0, 0), (more, 0), *[(0, 0)] * (x.ndim - 2)])
    tokens, mask, positions = pads(tokens), pads(mask).astype(np.int32), pads(positions)
    if cache is None:
        piece = tuple(engine.array(x[:, :size]) for x in (tokens, mask, positions))
        room = _room(run, tokens.shape[1])
        cache = engine.zeros(programs.read_prompt, *piece, source, reader=reader, capacity=room).past_key_values
        cache = cache._replace(cross_keys=(), cross_values=())  # what is looked at is projected with the first piece
    else:
        start = int(cache.start)
        cache = engine.run(programs.enlarged, cache, capacity=capacity_for(start + _room(run, tokens.shape[1])))
    for i in range(0, tokens.shape[1], size):
        piece = tuple(engine.array(x[:, i : i + size]) for x in (tokens, mask, positions))
        out = engine.run(programs.read_chunk, cache, *piece, source, reader=reader, consume=True)
        cache = out.past_key_values
    return out


def _padded_source(run: Run, source: dict[str, Any]) -> dict[str, Any]:
    """An encoder's text padded on the right to a length that comes again."""
    ids = source.get("input_ids")
    if ids is None or set(source) - {"input_ids", "attention_mask"}:
        return source
    ids = run.engine.host(ids)
    mask = run.engine.host(source["attention_mask"]) if "attention_mask" in source else np.ones_like(ids)
    reads = getattr(run.model.config, "encoder", run.model.config)
    longest = getattr(reads, "longest_text", None) or getattr(reads, "max_position_embeddings", None)
    wide = bucket(ids.shape[1], SOURCE)
    more = max(0, min(wide, longest or wide) - ids.shape[1])
    padded = [np.pad(x, ((0, 0), (0, more))) for x in (ids, mask)]
    return {"input_ids": run.engine.array(padded[0]), "attention_mask": run.engine.array(padded[1])}


def _state(run: Run, seed: int | None) -> State:
    """Where a search stands before its first choice."""
    engine, settings = run.engine, run.settings
    tokens = run.prompt.tokens if run.prompt.tokens.ndim == 2 else np.zeros(run.prompt.mask.shape, np.int64)
    mask = run.prompt.mask if run.prompt.tokens.ndim == 2 else np.zeros_like(run.prompt.mask)
    b, t = tokens.shape
    wide = padded_to(piece_for(t, run.behind), t) if engine.compiles else t
    capacity = capacity_for(wide + run.limit) if engine.compiles else t + run.limit
    run.width = wide
    history, real = np.full((b, capacity), run.search.pad), np.zeros((b, capacity), bool)
    history[:, wide - t : wide], real[:, wide - t : wide] = tokens, mask
    source: tuple[Any, ...] = ()
    if settings.encoder_repetition_penalty not in (None, 1.0) or settings.encoder_no_repeat_ngram_size:
        source = tuple(engine.array(np.repeat(x, run.copies, 0)) for x in _source_tokens(run, tokens, mask))
    last, history, real = (engine.array(np.repeat(x, run.copies, 0)) for x in (history[:, wide - 1], history, real))
    drawn = loops.key(seed, like=last) if settings.do_sample else ()
    return State(
        step=engine.count(0), limit=engine.count(run.limit), slot=engine.count(wide), last=last, tokens=history, real=real,
        done=engine.array(np.zeros(b * run.copies, bool)), key=drawn, source=source,
    )  # fmt: skip


def _source_tokens(run: Run, tokens: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `encoder_…` settings look at: the encoder's text, or the prompt."""
    if not run.reader.seq2seq or "input_ids" not in run.prompt.source:
        return tokens, mask
    ids = run.engine.host(run.prompt.source["input_ids"])
    seen = run.prompt.source.get("attention_mask")
    return ids, np.ones(ids.shape, bool) if seen is None else run.engine.host(seen) > 0


# ---- the loop


def one_choice(run: Run, state: State, logits: Any) -> tuple[State, bool]:
    """A choice that guests have a say in, and that is shown to those who watch: (state, whether there is more to do)."""
    scores = run.engine.run(programs.score, state, logits, search=run.search)
    scores = run.guests.scored(run, state, scores)
    run.collected.choice(run, logits, scores)
    state, more = run.engine.run(programs.choose, state, scores, search=run.search)
    state, more = run.guests.looked(run, state, scores, bool(more))
    return state, more


def _go_on(run: Run, cache: Any, state: State, more: bool) -> tuple[Any, State]:
    """Chooses tokens until the search is over."""
    engine = run.engine
    fixed = {"search": run.search, "reader": run.reader}
    while more:
        cache, room = _with_room(run, cache)
        if run.stepwise:
            out = engine.run(programs.step, cache, state, run.source, **fixed, consume=True)
            cache = out.past_key_values
            run.collected.step(run, out)
            state, more = one_choice(run, state, engine.run(programs.rows_of, out.logits))
        else:
            until = int(state.step) + run.guests.until(min(room, BREATH if engine.compiles else room))
            cache, state, going = engine.run(programs.decode, cache, state, run.source, engine.count(until), **fixed, consume=True)
            state, more = run.guests.between(run, state, bool(going))
    return cache, state


def _with_room(run: Run, cache: Any) -> tuple[Any, int]:
    """(the cache, how many more tokens it has room for): slots that no token sees any more are forgotten when it is full."""
    if run.window is None or run.search.beams > 1:
        return cache, run.limit
    start, slots = int(cache.start), cache.keys[0].shape[2]
    if run.engine.compiles:
        if start < slots:
            return cache, slots - start
    elif start < 2 * run.window:
        return cache, 2 * run.window - start
    cache = run.engine.run(programs.forget, cache, run.engine.count(start - run.window), consume=True)
    return cache, slots - run.window if run.engine.compiles else run.window
