"""GPT-J, a left-to-right decoder that turns neighbouring places of each head, with attention and feed-forward side by side.

Paper        Wang & Komatsuzaki, 2021, https://github.com/kingoflolz/mesh-transformer-jax
Checkpoints  every repository whose config.json says `model_type: gptj`
Names        attribute paths are checkpoint keys; files of the bare model lack the prefix `transformer.`
Shapes       B batch, T tokens of this call, D n_embd, V vocab_size
"""

from triform.configs.gptj import GPTJConfig

from .. import nn, ops
from .decoding import Decoder, DecoderForCausalLM, DecoderForQuestionAnswering, DecoderForSequenceClassification
from .rotary import Rotary, turn_pairs


class GPTJAttention(nn.Module):
    """Causal attention with turned queries and keys."""

    def __init__(self, config: GPTJConfig, layer: int):
        super().__init__()
        width = config.n_embd
        self.layer, self.heads = layer, config.n_head
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.q_proj = nn.Linear(width, width, bias=False)
        self.out_proj = nn.Linear(width, width, bias=False)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, context, angles):  # (B, T, D) -> (B, T, D)
        q, k, v = (ops.split_heads(project(x), self.heads) for project in (self.q_proj, self.k_proj, self.v_proj))
        y = context.attend(self.layer, turn_pairs(q, *angles), turn_pairs(k, *angles), v, dropout=self.attn_dropout)
        return self.resid_dropout(self.out_proj(ops.merge_heads(y)))


class GPTJMLP(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: GPTJConfig):
        super().__init__()
        inner = config.n_inner or 4 * config.n_embd
        self.fc_in = nn.Linear(config.n_embd, inner)
        self.fc_out = nn.Linear(inner, config.n_embd)
        self.act = ops.activation(config.activation_function)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.fc_out(self.act(self.fc_in(x))))


class GPTJBlock(nn.Module):
    """Norm; attention and feed-forward of the same, added together; residual."""

    def __init__(self, config: GPTJConfig, layer: int):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = GPTJAttention(config, layer)
        self.mlp = GPTJMLP(config)

    def forward(self, x, context, angles):
        normed = self.ln_1(x)
        return x + self.attn(normed, context, angles) + self.mlp(normed)


class GPTJPreTrainedModel(nn.Model):
    """What all GPT-J models have in common."""

    config_class, prefix = GPTJConfig, "transformer"
    input_embeddings, output_embeddings = "wte", "lm_head"


class GPTJModel(GPTJPreTrainedModel, Decoder):
    """The decoder without a head; see `Decoder`."""

    stack, last_norm = "h", "ln_f"

    def __init__(self, config: GPTJConfig):
        super().__init__(config)
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.List([GPTJBlock(config, layer) for layer in range(config.n_layer)])
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.rotary = Rotary(config, config.turned_width)

    def prepared(self, x, context):
        return self.drop(x)

    def guides(self, x, context):
        return (self.rotary(context.positions, x),)


class GPTJForCausalLM(GPTJPreTrainedModel, DecoderForCausalLM):
    """GPT-J with a language-model head."""

    base, head_bias = GPTJModel, True


class GPTJForSequenceClassification(GPTJPreTrainedModel, DecoderForSequenceClassification):
    """GPT-J that classifies texts."""

    base = GPTJModel


class GPTJForQuestionAnswering(GPTJPreTrainedModel, DecoderForQuestionAnswering):
    """GPT-J that marks answers."""

    base = GPTJModel


TIED = {"lm_head.weight": "transformer.wte.weight"}
IGNORE = (r"attn\.(bias|masked_bias|embed_positions)$",)  # causal masks and angles that older files hold
INIT = {r"ln_\w+\.weight$": "ones", r"weight$": ("normal", "initializer_range")}
