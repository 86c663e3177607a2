"""GenerationConfig: how text is generated, as generation_config.json keeps it."""

import json
import os
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Self

from triform.configs.fields import checker, wording
from triform.errors import ConfigError, UnknownKeywordError, nearest

FILE = "generation_config.json"


class GenerationConfig:
    """Settings of `generate`. Names, meanings and defaults are those of generation_config.json.

    Length
        max_new_tokens, min_new_tokens: of the generated part. max_length, min_length: with the prompt (of a decoder), which the former
        override. Neither given: 20 new tokens. max_time: seconds. stop_strings: texts that end a row, which needs `tokenizer=`.
    Search
        do_sample: draw instead of taking the likeliest. num_beams: texts that are followed at once. early_stopping: True, as soon as
        there are num_beams ended texts; False, when a better one is unlikely; "never", when a better one is impossible.
        length_penalty: the exponent of the length that sums of log p are divided by. num_return_sequences: per prompt.
        prompt_lookup_num_tokens: how many tokens are guessed from the text so far; num_assistant_tokens: likewise by an assistant.
    Scores
        temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff: for drawing. repetition_penalty,
        encoder_repetition_penalty, no_repeat_ngram_size, encoder_no_repeat_ngram_size, bad_words_ids, sequence_bias, suppress_tokens,
        begin_suppress_tokens, forced_bos_token_id, forced_eos_token_id, exponential_decay_length_penalty (start, factor),
        guidance_scale, renormalize_logits, remove_invalid_values.
    Tokens
        bos_token_id, eos_token_id (one or several), pad_token_id, decoder_start_token_id (one, or one per row).
    Outputs
        return_dict_in_generate, output_scores, output_logits, output_attentions, output_hidden_states.
    Memory
        use_cache. cache_implementation: None, a cache that grows on PyTorch and has one size elsewhere; "static": one size everywhere.

    Raises: ConfigError where values are of the wrong type or cannot be, all of them at once.
    """

    max_length: int | None = 20
    max_new_tokens: int | None = None
    min_length: int = 0
    min_new_tokens: int | None = None
    early_stopping: bool | str = False
    max_time: float | None = None
    stop_strings: str | list[str] | None = None

    do_sample: bool = False
    num_beams: int = 1
    num_return_sequences: int = 1
    length_penalty: float = 1.0
    prompt_lookup_num_tokens: int | None = None
    max_matching_ngram_size: int | None = None
    num_assistant_tokens: int = 20
    assistant_confidence_threshold: float = 0.4

    temperature: float | None = 1.0
    top_k: int | None = 50
    top_p: float | None = 1.0
    min_p: float | None = None
    typical_p: float | None = 1.0
    epsilon_cutoff: float | None = 0.0
    eta_cutoff: float | None = 0.0
    repetition_penalty: float | None = 1.0
    encoder_repetition_penalty: float | None = 1.0
    no_repeat_ngram_size: int | None = 0
    encoder_no_repeat_ngram_size: int | None = 0
    bad_words_ids: list[list[int]] | None = None
    sequence_bias: Any = None
    suppress_tokens: list[int] | None = None
    begin_suppress_tokens: list[int] | None = None
    forced_bos_token_id: int | None = None
    forced_eos_token_id: int | list[int] | None = None
    exponential_decay_length_penalty: Any = None
    guidance_scale: float | None = None
    renormalize_logits: bool = False
    remove_invalid_values: bool = False

    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    decoder_start_token_id: int | list[int] | None = None

    return_dict_in_generate: bool = False
    output_scores: bool = False
    output_logits: bool | None = None
    output_attentions: bool = False
    output_hidden_states: bool = False

    use_cache: bool = True
    cache_implementation: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        problems = []
        for name, value in kwargs.items():
            annotation = self.fields().get(name)
            if annotation is not None and not checker(annotation)(_listed(value)):
                problems.append(f"{name} is {value!r} ({type(value).__name__}), expected {wording(annotation)}")
            self.__dict__[name] = value  # unknown ones are kept, and saved again
        self._given = frozenset(kwargs)
        problems = problems or list(self.problems())
        if problems:
            raise ConfigError(f"GenerationConfig: {'; '.join(problems)}.")

    def problems(self) -> Iterator[str]:
        """What cannot be, each as a sentence without its full stop."""
        for name in ("num_beams", "num_return_sequences", "max_new_tokens", "max_length", "num_assistant_tokens"):
            value = getattr(self, name)
            if value is not None and value < 1:
                yield f"{name} is {value}, expected at least 1"
        if self.do_sample and self.temperature is not None and self.temperature <= 0:
            yield f"temperature is {self.temperature}, expected more than 0: do_sample=False takes the likeliest"
        for name in ("repetition_penalty", "encoder_repetition_penalty"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                yield f"{name} is {value}, expected more than 0"
        for name in ("top_p", "typical_p", "min_p", "epsilon_cutoff", "eta_cutoff") if self.do_sample else ():
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                yield f"{name} is {value}, expected a number from 0 to 1"
        for name in ("top_k", "min_length", "min_new_tokens", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size"):
            value = getattr(self, name)
            if value is not None and value < 0:
                yield f"{name} is {value}, expected at least 0"
        if self.early_stopping not in (True, False, "never"):
            yield f"early_stopping is {self.early_stopping!r}, expected True, False or 'never'"
        if self.cache_implementation not in (None, "dynamic", "static"):
            yield f"cache_implementation is {self.cache_implementation!r}, expected None, 'dynamic' or 'static'"
        if self.num_return_sequences > 1 and self.num_return_sequences > self.num_beams and not self.do_sample:
            yield (
                f"num_return_sequences is {self.num_return_sequences}, but one prompt has {self.num_beams} "
                f"answer{'s' if self.num_beams > 1 else ''} here: raise num_beams, or set do_sample=True"
            )
        if self.num_beams > 1 and self.num_return_sequences > self.num_beams:
            yield f"num_return_sequences is {self.num_return_sequences}, more than num_beams, which is {self.num_beams}"
        decay = self.exponential_decay_length_penalty
        if decay is not None and (not isinstance(decay, (list, tuple)) or len(decay) != 2):
            yield f"exponential_decay_length_penalty is {decay!r}, expected (start, factor)"
        for i, word in enumerate(self.bad_words_ids or ()):
            if not word:
                yield f"bad_words_ids[{i}] is empty"

    @classmethod
    @cache
    def fields(cls) -> dict[str, Any]:
        """Name -> type of every setting."""
        return {name: hint for name, hint in typing.get_type_hints(cls).items() if not name.startswith("_")}

    def validate(self) -> None:
        """Raises ConfigError where the settings cannot be."""
        problems = list(self.problems())
        if problems:
            raise ConfigError(f"GenerationConfig: {'; '.join(problems)}.")

    def given(self, name: str) -> bool:
        """Whether a setting was set, and is not merely its default."""
        return name in self._given and getattr(self, name) is not None

    def changed(self, **changes: Any) -> Self:
        """A copy with some settings changed. Raises UnknownKeywordError for a name that is none."""
        for name in changes:
            if name not in self.fields():
                raise UnknownKeywordError(f"GenerationConfig has no {name!r}.{nearest(name, self.fields())}")
        return type(self)(**{**{name: self.__dict__[name] for name in self._given if name in self.__dict__}, **changes})

    def update(self, **kwargs: Any) -> dict[str, Any]:
        """Sets those of the keywords that are settings; returns the others."""
        rest = {name: value for name, value in kwargs.items() if name not in self.fields()}
        changed = self.changed(**{name: value for name, value in kwargs.items() if name not in rest})
        self.__dict__.update(changed.__dict__)
        return rest

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value
        if not name.startswith("_"):
            self.__dict__["_given"] = self._given | {name}

    # ---- files

    def to_dict(self) -> dict[str, Any]:
        """All settings, and what else the file said."""
        extra = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return {**{name: getattr(self, name) for name in self.fields()}, **extra}

    def to_diff_dict(self) -> dict[str, Any]:
        """What differs from the defaults: what is saved."""
        return {n: v for n, v in self.to_dict().items() if n not in self.fields() or v != getattr(type(self), n)}

    def to_json_string(self) -> str:
        """The text of generation_config.json."""
        saved = {name: value for name, value in self.to_diff_dict().items() if name != "sequence_bias" or value is None}
        if self.sequence_bias is not None:
            saved["sequence_bias"] = [[list(tokens), bias] for tokens, bias in bias_pairs(self.sequence_bias)]
        return json.dumps(saved, indent=2, sort_keys=True) + "\n"

    def save_pretrained(self, folder: str | os.PathLike[str], **kwargs: Any) -> None:
        """Writes generation_config.json into a folder. What cannot be is saved too: nothing is lost at the end of a training."""
        from triform.configs.reading import write_text

        os.makedirs(folder, exist_ok=True)
        write_text(os.path.join(folder, FILE), self.to_json_string())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **kwargs: Any) -> Self:
        """Settings from a parsed file, some of them overridden. Keys that begin with an underscore are not applied."""
        return cls(**{**{name: value for name, value in data.items() if not name.startswith("_")}, **kwargs})

    @classmethod
    def from_pretrained(cls, name_or_path: Any, **kwargs: Any) -> Self:
        """The settings of a folder, or of a name on the Hub. Raises MissingFileError, CorruptFileError, ConfigError."""
        from triform import hub
        from triform.configs.reading import read_config_dict

        where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
        path = hub.locate(name_or_path, **where).require(FILE)
        return cls.from_dict(read_config_dict(path, str(path)), **kwargs)

    @classmethod
    def from_model_config(cls, config: Any) -> Self:
        """The settings that older files keep in config.json."""
        text = config.get_text_config(decoder=True) if hasattr(config, "get_text_config") else config
        found = {}
        for place in (text, config):
            known = place.to_dict() if hasattr(place, "to_dict") else {}
            said = {n: known[n] for n in cls.fields() if known.get(n) is not None and n not in PASSING}
            found.update({n: value for n, value in said.items() if value != getattr(cls, n)})
        return cls(**found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GenerationConfig) and self.to_dict() == other.to_dict()

    def __repr__(self) -> str:
        return f"GenerationConfig {self.to_json_string()}"


PASSING = ("output_attentions", "output_hidden_states", "use_cache", "problem_type")  # config.json says them of every call


def bias_pairs(bias: Any) -> list[tuple[tuple[int, ...], float]]:
    """`sequence_bias` as (tokens, bias) pairs, from a mapping or from a list of pairs."""
    pairs = bias.items() if isinstance(bias, Mapping) else bias
    return [((tokens,) if isinstance(tokens, int) else tuple(tokens), float(b)) for tokens, b in pairs]


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
