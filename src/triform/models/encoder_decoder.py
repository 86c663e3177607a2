"""An encoder of one architecture and a decoder of another, which gains cross attention.

Paper        Rothe et al., 2019, https://arxiv.org/abs/1907.12461
Checkpoints  every repository whose config.json says `model_type: encoder-decoder`
Names        `encoder.` and `decoder.` before the names of the parts' own files
Shapes       B batch, S tokens of the encoder, T of the decoder, D hidden_size of the decoder, V its vocab_size
"""

from typing import Any

from triform.configs.encoder_decoder import EncoderDecoderConfig
from triform.errors import ConfigError, InputError
from triform.outputs import Seq2SeqLMOutput

from .. import nn, ops
from .seq2seq import memory_of, shift_right


class EncoderDecoderModel(nn.Model):
    """Any encoder and any decoder of the library that can look at one: logits (B, T, V).

    Args:
        input_ids: (B, S) int; attention_mask (B, S), 0 for padding. inputs_embeds: (B, S, …), instead of input_ids.
        decoder_input_ids: (B, T) int; only the new tokens where `past_key_values` is given. decoder_inputs_embeds instead.
        decoder_attention_mask: (B, T), or (B, everything so far).
        encoder_outputs: of an earlier call; then the encoder does not run.
        past_key_values: the Cache of an earlier call.
        labels: (B, T) also give decoder_input_ids, shifted to the right, of which padding is masked.
        use_cache: True to return a Cache, or an int: one with room for so many tokens. Default: the decoder's config says.
        logits_to_keep: only the last so many (0: all).

    Returns: Seq2SeqLMOutput.
    Raises: InputError: both or none of ids and embeddings.
    """

    config_class, prefix = EncoderDecoderConfig, ""

    def __init__(self, config: EncoderDecoderConfig):
        super().__init__(config)
        encoder, decoder = config.encoder, config.decoder  # type: ignore[attr-defined]
        self.encoder = nn.part(encoder, "AutoModel")
        self.decoder = nn.part(decoder, "AutoModelForCausalLM")
        if "encoder_hidden_states" not in self.decoder.argument_names():
            raise ConfigError(f"{type(self).__name__}: {type(self.decoder).__name__} has no cross attention, so it cannot be the decoder.")
        known = decoder.cross_attention_hidden_size
        fits = encoder.hidden_size == decoder.hidden_size or known is not None
        self.enc_to_dec_proj = None if fits else nn.Linear(encoder.hidden_size, decoder.hidden_size)
        self.longest = self.decoder.longest

    @classmethod
    def from_encoder_decoder_pretrained(
        cls, encoder_pretrained_model_name_or_path: Any = None, decoder_pretrained_model_name_or_path: Any = None, **kwargs: Any
    ) -> Any:
        """The model of two checkpoints, in evaluation mode. What the decoder gains to look at the encoder is initialised: train it.

        Args:
            encoder_pretrained_model_name_or_path, decoder_pretrained_model_name_or_path: folders or names on the Hub.
            **kwargs: encoder_model, decoder_model: models that are loaded already. encoder_…, decoder_…: keywords of from_pretrained, or
                fields of the config, for either part. What is left: fields of the whole's config.
        """
        places = {"encoder": encoder_pretrained_model_name_or_path, "decoder": decoder_pretrained_model_name_or_path}
        join = lambda encoder, decoder, **more: EncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder, **more)
        return cls.from_parts(places, join, kwargs)

    def forward(
        self, input_ids=None, attention_mask=None, decoder_input_ids=None, decoder_attention_mask=None, encoder_outputs=None,
        past_key_values=None, inputs_embeds=None, decoder_inputs_embeds=None, labels=None, use_cache=None, logits_to_keep=0,
    ):  # fmt: skip
        if encoder_outputs is None:
            given = {"attention_mask": attention_mask, "inputs_embeds": inputs_embeds}
            encoder_outputs = nn.recorded_as("encoder_", self.encoder, input_ids, **given)
        states = memory = memory_of(encoder_outputs)
        if self.enc_to_dec_proj is not None and not (past_key_values is not None and past_key_values.cross_keys):
            memory = self.enc_to_dec_proj(states)
        if labels is not None and decoder_input_ids is None and decoder_inputs_embeds is None:
            decoder_input_ids = shift_right(self, labels)
            if decoder_attention_mask is None and self.config.pad_token_id is not None:
                decoder_attention_mask = ops.cast(decoder_input_ids != self.config.pad_token_id, "int")
        out = nn.recorded_as(
            "decoder_", self.decoder, decoder_input_ids, attention_mask=decoder_attention_mask, encoder_hidden_states=memory,
            encoder_attention_mask=attention_mask, past_key_values=past_key_values, inputs_embeds=decoder_inputs_embeds,
            use_cache=use_cache, logits_to_keep=logits_to_keep,
        )  # fmt: skip
        loss = None if labels is None else ops.cross_entropy(out.logits, labels)
        return Seq2SeqLMOutput(loss, out.logits, out.past_key_values, encoder_last_hidden_state=states)

    def get_input_embeddings(self):
        return self.encoder.get_input_embeddings()

    def get_output_embeddings(self):
        return self.decoder.get_output_embeddings()

    def resize_token_embeddings(self, new_num_tokens=None, pad_to_multiple_of=None):
        raise InputError(f"{type(self).__name__} has two vocabularies: resize those of its parts before they are joined.")


INIT = {r"^enc_to_dec_proj\.": ("uniform", lambda config: config.encoder.hidden_size**-0.5)}
