"""What models that write have: `generate`, and the settings of it."""

from importlib import import_module
from typing import Any, ClassVar

from triform.configs.generation import FILE, GenerationConfig
from triform.errors import InputError


class Generating:
    """The part of a model that writes text.

    A model can generate if its forward takes `past_key_values` and `logits_to_keep`; with `decoder_input_ids`, it reads a source first.
    """

    backend: ClassVar[str] = ""
    config: Any

    @classmethod
    def can_generate(cls) -> bool:
        """Whether it has a language-model head."""
        names = getattr(getattr(cls, "forward", None), "argument_names", ())
        return "past_key_values" in names and "logits_to_keep" in names

    @property
    def generation_config(self) -> GenerationConfig:
        """The settings of `generate`: those of generation_config.json, else those that config.json has. It may be changed, and replaced.

        Raises: ConfigError where the file says what cannot be.
        """
        found = self.config.__dict__.get("_generation")  # beside the config, since a model's own attributes may be part of what compiles
        if found is None:
            found = self._read_generation_config()
            self.config.__dict__["_generation"] = found
        return found

    @generation_config.setter
    def generation_config(self, value: GenerationConfig) -> None:
        self.config.__dict__["_generation"] = value

    def _read_generation_config(self) -> GenerationConfig:
        from triform.configs.reading import read_config_dict

        path = self.config.__dict__.get("_generation_file")
        if path is None:
            return GenerationConfig.from_model_config(self.config)
        return GenerationConfig.from_dict(read_config_dict(path, str(path)))

    @property
    def placing_model(self) -> Any:
        """The model whose `longest`, `window` and `first_position` hold: the one without the head, if that is a model."""
        base = self.base_model  # type: ignore[attr-defined]
        return base if isinstance(base, Generating) else self

    @property
    def most_tokens(self) -> int | None:
        """How many tokens of a text the model that writes can place; None where there is no bound."""
        name = self.placing_model.longest
        return getattr(self.config.get_text_config(decoder=True), name) if name else None

    def generation_text(self) -> str:
        """What generation_config.json says when the model is saved: what cannot be is written as it was read, and nothing is lost."""
        path = self.config.__dict__.get("_generation_file")
        if "_generation" not in self.config.__dict__ and path is not None:
            return path.read_text(encoding="utf-8")
        return self.generation_config.to_json_string()

    @classmethod
    def _note_generation_file(cls, config: Any, source: Any) -> None:
        """Where the settings lie; they are read when they are first asked for."""
        if source is not None and cls.can_generate():
            config.__dict__["_generation_file"] = source.find(FILE)

    def generate(self, inputs: Any = None, **kwargs: Any) -> Any:
        """Writes on from a prompt (a decoder), or answers a source (an encoder-decoder).

        The same algorithms run on the three backends. On Flax and TensorFlow they are compiled: once for a batch size and a capacity (96,
        128, 192, 256, 384, … tokens). Prompts are read in pieces of a size that goes with it, so that another length compiles nothing until
        the capacity grows, and sources are padded to 32 · 2ⁿ. Padding may stand on either side of a prompt.

        Args:
            inputs: (B, T) int prompts, or what the encoder reads. Default: the start token.
            generation_config: settings, instead of `model.generation_config`.
            **kwargs: settings (see `GenerationConfig`: max_new_tokens, do_sample, num_beams, …) and the model's inputs (attention_mask,
                inputs_embeds, decoder_input_ids, encoder_outputs, past_key_values of an earlier call with all tokens so far, …).
            logits_processor: functions (tokens, scores) -> scores, after the settings' own. stopping_criteria: functions (tokens, scores)
                -> whether to stop, for all rows or for each. prefix_allowed_tokens_fn: (prompt, tokens) -> ids that may come next.
            streamer: has put(values) and end(), such as `TextStreamer`.
            assistant_model: a smaller model of the same vocabulary, whose guesses are checked several at a time (one prompt at a time).
            negative_prompt_ids, negative_prompt_attention_mask: what guidance_scale leads away from.
            tokenizer: for stop_strings.
            seed: the same seed draws the same tokens. Default: the framework's generator.

        Returns: (B · num_return_sequences, …) ids, after the prompt of a decoder; ended rows are filled with pad_token_id. With
            return_dict_in_generate, an output that also holds scores, logits, attentions, hidden_states and past_key_values as asked for.
        Raises: InputError, ConfigError, UnknownKeywordError.
        """
        if not self.can_generate():
            raise InputError(_cannot(self))
        module = import_module(f"triform.{self.backend}.generation.generate")
        return module.generate(self, inputs, **kwargs)


def _cannot(model: Any) -> str:
    from triform.auto.registry import ARCHITECTURES, BACKENDS, auto_classes

    found = ARCHITECTURES.get(model.config.model_type)
    classes = {} if found is None else auto_classes(found)
    writers = {name: classes[name] for name in ("AutoModelForCausalLM", "AutoModelForSeq2SeqLM") if name in classes}
    if type(model).__name__ in writers.values():
        return f"{type(model).__name__} cannot generate: it keeps no past_key_values, so that each word would cost the whole text."
    writing = [BACKENDS[model.backend] + name for name in writers]
    advice = f"Load the checkpoint with {' or '.join(writing)}." if writing else "Its architecture has no language-model head that writes."
    return f"{type(model).__name__} cannot generate: it has no language-model head. {advice}"
