"""Table Transformer: DETR whose norms stand before its blocks, for tables in documents and what is in them.

Paper        Smock et al., 2021, https://arxiv.org/abs/2110.00061
Checkpoints  every repository whose config.json says `model_type: table-transformer`
Names        attribute paths are checkpoint keys
Shapes       B batch, S places of the last map, Q queries, D d_model, L num_labels
"""

from typing import Any

from triform.configs.table_transformer import TableTransformerConfig

from .. import nn
from .detr import IGNORE as DETR_IGNORE
from .detr import INIT as DETR_INIT
from .detr import RENAME as DETR_RENAME
from .detr import DetrDecoder, DetrDecoderLayer, DetrEncoder, DetrEncoderLayer, DetrForObjectDetection, DetrModel


class TableTransformerEncoderLayer(DetrEncoderLayer):
    """Norm, attention, residual; norm, feed-forward, residual."""

    def forward(self, x, positions, mask):
        normed = self.self_attn_layer_norm(x)
        placed = normed + positions
        x = x + self.dropout(self.self_attn(placed, placed, normed, mask, "encoder_attentions"))
        return x + self.feed_forward(self.final_layer_norm(x))


class TableTransformerDecoderLayer(DetrDecoderLayer):
    """Attention of the queries to each other, then to the image, then feed-forward; each with a norm before it and a residual."""

    def forward(self, x, queries, mask, memory, positions, memory_mask):
        normed = self.self_attn_layer_norm(x)
        placed = normed + queries
        x = x + self.dropout(self.self_attn(placed, placed, normed, mask, "decoder_attentions"))
        placed = self.encoder_attn_layer_norm(x) + queries
        x = x + self.dropout(self.encoder_attn(placed, memory + positions, memory, memory_mask, "cross_attentions"))
        return x + self.feed_forward(self.final_layer_norm(x))


class TableTransformerEncoder(DetrEncoder):
    """The stack over the image, with a norm at its end."""

    layer_class: Any = TableTransformerEncoderLayer

    def __init__(self, config: Any):
        super().__init__(config)
        self.layernorm = nn.LayerNorm(config.d_model)

    def finished(self, x):
        return self.layernorm(x)


class TableTransformerDecoder(DetrDecoder):
    """The stack over the queries."""

    layer_class: Any = TableTransformerDecoderLayer


class TableTransformerPreTrainedModel(nn.Model):
    """The base of all Table Transformer models."""

    config_class = TableTransformerConfig
    prefix = "model"


class TableTransformerModel(TableTransformerPreTrainedModel, DetrModel):
    """Table Transformer without a head; inputs and outputs are those of DetrModel."""

    encoder_class, decoder_class = TableTransformerEncoder, TableTransformerDecoder


class TableTransformerForObjectDetection(TableTransformerPreTrainedModel, DetrForObjectDetection):
    """Table Transformer with a classifier and a predictor of boxes; inputs and outputs are those of DetrForObjectDetection."""

    model_class = TableTransformerModel


RENAME, IGNORE, INIT = DETR_RENAME, DETR_IGNORE, DETR_INIT
