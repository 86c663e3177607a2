"""mBART: BART of many languages, with norms before its blocks and after its stacks; a text begins with the code of its language.

Paper        Liu et al., 2020, https://arxiv.org/abs/2001.08210
Checkpoints  every repository whose config.json says `model_type: mbart`
"""

from triform.configs.mbart import MBartConfig

from .bart import INIT as INIT
from .bart import SHARED as SHARED
from .bart import TIED as TIED
from .bart import (
    BartDecoder,
    BartDecoderLayer,
    BartEncoder,
    BartEncoderLayer,
    BartForCausalLM,
    BartForConditionalGeneration,
    BartForQuestionAnswering,
    BartForSequenceClassification,
    BartModel,
    BartPreTrainedModel,
)
from .seq2seq import wrap_right


class MBartEncoderLayer(BartEncoderLayer):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def forward(self, x, context):
        x = x + self.dropout(self.self_attn(self.self_attn_layer_norm(x), context))
        return x + self.feed_forward(self.final_layer_norm(x))


class MBartDecoderLayer(BartDecoderLayer):
    """Attention, cross attention where there is an encoder, feed-forward; each after a norm and with a residual."""

    def forward(self, x, context):
        x = x + self.dropout(self.self_attn(self.self_attn_layer_norm(x), context))
        if context.memory is not None:
            x = x + self.dropout(self.encoder_attn(self.encoder_attn_layer_norm(x), context))
        return x + self.feed_forward(self.final_layer_norm(x))


class MBartEncoder(BartEncoder):
    """The encoder."""

    layer_class, norms_output = MBartEncoderLayer, True


class MBartDecoder(BartDecoder):
    """The decoder."""

    layer_class, norms_output = MBartDecoderLayer, True


class MBartPreTrainedModel(BartPreTrainedModel):
    """What all mBART models have in common."""

    config_class = MBartConfig

    def shifted(self, ids):
        return wrap_right(self, ids)


class MBartModel(MBartPreTrainedModel, BartModel):
    """Encoder and decoder without a head; see `BartModel`."""

    encoder_class, decoder_class = MBartEncoder, MBartDecoder


class MBartForConditionalGeneration(MBartPreTrainedModel, BartForConditionalGeneration):
    """mBART that writes: logits (B, T, V). labels (B, T) also give decoder_input_ids, shifted to the right."""

    base = MBartModel


class MBartForSequenceClassification(MBartPreTrainedModel, BartForSequenceClassification):
    """mBART that classifies texts; see `BartForSequenceClassification`."""

    base = MBartModel


class MBartForQuestionAnswering(MBartPreTrainedModel, BartForQuestionAnswering):
    """mBART that marks answers; see `BartForQuestionAnswering`."""

    base = MBartModel


class MBartForCausalLM(MBartPreTrainedModel, BartForCausalLM):
    """The decoder with a language-model head; see `BartForCausalLM`."""

    decoder_class = MBartDecoder
    input_embeddings = "decoder.embed_tokens"
