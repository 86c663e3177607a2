"""GPT-Neo, a left-to-right decoder like GPT-2, every second layer of which sees a window alone; scores are not scaled.

Paper        Black et al., 2021, https://doi.org/10.5281/zenodo.5297715
Checkpoints  every repository whose config.json says `model_type: gpt_neo`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `transformer.`
Shapes       B batch, T tokens of this call, D hidden_size, V vocab_size
"""

from triform.configs.gpt_neo import GPTNeoConfig

from .. import nn, ops
from .decoding import (
    Decoder,
    DecoderForCausalLM,
    DecoderForQuestionAnswering,
    DecoderForSequenceClassification,
    DecoderForTokenClassification,
)


class GPTNeoSelfAttention(nn.Module):
    """Causal attention without scale."""

    def __init__(self, config: GPTNeoConfig, layer: int):
        super().__init__()
        width, kinds = config.hidden_size, config.attention_layers or []
        self.layer, self.heads = layer, config.num_heads
        self.window = config.window_size if kinds[layer] == "local" else None
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.q_proj = nn.Linear(width, width, bias=False)
        self.out_proj = nn.Linear(width, width)
        self.attn_dropout = nn.Dropout(config.attention_dropout)
        self.resid_dropout = nn.Dropout(config.resid_dropout)

    def forward(self, x, context):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        y = context.attend(self.layer, q, k, v, dropout=self.attn_dropout, scale=1.0, window=self.window)
        return self.resid_dropout(self.out_proj(ops.merge_heads(y)))


class GPTNeoAttention(nn.Module):
    """Holds the attention under its name in checkpoints."""

    def __init__(self, config: GPTNeoConfig, layer: int):
        super().__init__()
        self.attention = GPTNeoSelfAttention(config, layer)

    def forward(self, x, context):
        return self.attention(x, context)


class GPTNeoMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: GPTNeoConfig):
        super().__init__()
        inner = config.intermediate_size or 4 * config.hidden_size
        self.c_fc = nn.Linear(config.hidden_size, inner)
        self.c_proj = nn.Linear(inner, config.hidden_size)
        self.act = ops.activation(config.activation_function)
        self.dropout = nn.Dropout(config.resid_dropout)

    def forward(self, x):
        return self.dropout(self.c_proj(self.act(self.c_fc(x))))


class GPTNeoBlock(nn.Module):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def __init__(self, config: GPTNeoConfig, layer: int):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.attn = GPTNeoAttention(config, layer)
        self.ln_2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)
        self.mlp = GPTNeoMLP(config)

    def forward(self, x, context):
        x = x + self.attn(self.ln_1(x), context)
        return x + self.mlp(self.ln_2(x))


class GPTNeoPreTrainedModel(nn.Model):
    """What all GPT-Neo models have in common."""

    config_class, prefix = GPTNeoConfig, "transformer"
    input_embeddings, output_embeddings, longest = "wte", "lm_head", "max_position_embeddings"


class GPTNeoModel(GPTNeoPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`."""

    stack, last_norm = "h", "ln_f"

    def __init__(self, config: GPTNeoConfig):
        super().__init__(config)
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.wpe = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.drop = nn.Dropout(config.embed_dropout)
        self.h = nn.List([GPTNeoBlock(config, layer) for layer in range(config.num_layers)])
        self.ln_f = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_epsilon)

    def prepared(self, x, context):
        return self.drop(x + self.wpe(context.positions))


class GPTNeoForCausalLM(GPTNeoPreTrainedModel, DecoderForCausalLM):
    """GPT-Neo with a language-model head."""

    base = GPTNeoModel


class GPTNeoForSequenceClassification(GPTNeoPreTrainedModel, DecoderForSequenceClassification):
    """GPT-Neo that classifies texts."""

    base = GPTNeoModel


class GPTNeoForTokenClassification(GPTNeoPreTrainedModel, DecoderForTokenClassification):
    """GPT-Neo that classifies tokens."""

    base, classifier_name = GPTNeoModel, "classifier"


class GPTNeoForQuestionAnswering(GPTNeoPreTrainedModel, DecoderForQuestionAnswering):
    """GPT-Neo that marks answers."""

    base = GPTNeoModel


TIED = {"lm_head.weight": "transformer.wte.weight"}
IGNORE = (r"attn\.attention\.(bias|masked_bias)$",)  # causal masks that older files hold
INIT = {r"ln_\w+\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
