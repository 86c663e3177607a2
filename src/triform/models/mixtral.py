"""Mixtral: Mistral, each token of which passes the feed-forward networks of a few of many experts.

Paper        Jiang et al., 2024, https://arxiv.org/abs/2401.04088
Checkpoints  every repository whose config.json says `model_type: mixtral`
Names        attribute paths are checkpoint keys
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from triform.configs.mixtral import MixtralConfig
from triform.outputs import MixtureCausalLMOutput, MixtureDecoderOutput

from .. import nn, ops
from .decoding import DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification, DecoderForTokenClassification
from .experts import choose, imbalance
from .llama import IGNORE as IGNORE
from .llama import INIT as INIT
from .llama import TIED as TIED
from .llama import LlamaAttention, LlamaModel, LlamaPreTrainedModel
from .losses import next_token_loss


class MixtralExpert(nn.Module):
    """The gated feed-forward network of one expert."""

    def __init__(self, config: MixtralConfig):
        super().__init__()
        self.w1 = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.w2 = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)
        self.w3 = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.w2(self.act(self.w1(x)) * self.w3(x))


class MixtralExperts(nn.Module):
    """All experts, and the gate that chooses among them for each token."""

    def __init__(self, config: MixtralConfig):
        super().__init__()
        self.gate = nn.Linear(config.hidden_size, config.num_local_experts, bias=False)
        self.experts = nn.List([MixtralExpert(config) for _ in range(config.num_local_experts)])
        self.count = config.num_experts_per_tok

    def forward(self, x):  # (B, T, D) -> (B, T, D), (B * T, experts)
        tokens = ops.reshape(x, (-1, x.shape[-1]))
        logits = self.gate(tokens)
        places, shares = choose(logits, self.count)
        return ops.reshape(ops.mixture(tokens, list(self.experts), places, shares), ops.shape(x)), logits


class MixtralDecoderLayer(nn.Module):
    """Norm, attention, residual; norm, experts, residual."""

    def __init__(self, config: MixtralConfig, layer: int):
        super().__init__()
        self.self_attn = LlamaAttention(config, layer)
        self.block_sparse_moe = MixtralExperts(config)
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def forward(self, x, context, angles):
        x = x + self.self_attn(self.input_layernorm(x), context, angles)
        y, logits = self.block_sparse_moe(self.post_attention_layernorm(x))
        return x + y, logits


class MixtralPreTrainedModel(LlamaPreTrainedModel):
    """What all Mixtral models have in common."""

    config_class = MixtralConfig


class MixtralModel(MixtralPreTrainedModel, LlamaModel):
    """The decoder without a head; see `LlamaModel`. Default of output_router_logits: the config's."""

    layer_class = MixtralDecoderLayer

    def __init__(self, config: MixtralConfig):
        super().__init__(config)
        self.window = config.sliding_window

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, use_cache=None,
        output_router_logits=None,
    ):  # fmt: skip
        x, context, guides = self.begin(input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache)
        chosen = []
        for layer in self.layers:
            nn.record("hidden_states", x)
            x, logits = layer(x, context, *guides)
            chosen.append(logits)
        x = self.end(x)
        asked = self.config.output_router_logits if output_router_logits is None else output_router_logits
        return MixtureDecoderOutput(x, context.cache(), router_logits=tuple(chosen) if asked else None)


class MixtralForCausalLM(MixtralPreTrainedModel, DecoderForCausalLM):
    """Mixtral with a language-model head; where the router's logits are asked for, the loss also says how unevenly it chooses."""

    base = MixtralModel

    def forward(
        self, input_ids=None, attention_mask=None, position_ids=None, past_key_values=None, inputs_embeds=None, labels=None,
        use_cache=None, logits_to_keep=0, output_router_logits=None,
    ):  # fmt: skip
        out = self.base_model(
            input_ids, attention_mask, position_ids, past_key_values, inputs_embeds, use_cache, output_router_logits
        )  # fmt: skip
        logits = self.scores(out.last_hidden_state[:, -logits_to_keep:])  # [-0:] is everything
        loss, uneven = None if labels is None else next_token_loss(logits, labels), None
        if out.router_logits is not None:
            uneven = imbalance(list(out.router_logits), self.config.num_experts_per_tok, attention_mask)
            loss = None if loss is None else loss + self.config.router_aux_loss_coef * uneven
        return MixtureCausalLMOutput(loss, uneven, logits, out.past_key_values, router_logits=out.router_logits)


class MixtralForSequenceClassification(MixtralPreTrainedModel, DecoderForSequenceClassification):
    """Mixtral that classifies texts."""

    base = MixtralModel


class MixtralForTokenClassification(MixtralPreTrainedModel, DecoderForTokenClassification):
    """Mixtral that classifies tokens."""

    base = MixtralModel


class MixtralForQuestionAnswering(MixtralPreTrainedModel, DecoderForQuestionAnswering):
    """Mixtral that marks answers."""

    base = MixtralModel
