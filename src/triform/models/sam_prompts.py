"""What SAM makes of prompts: points, boxes and masks as tokens, and the decoder that outlines what they point to.

Paper        Kirillov et al., 2023, https://arxiv.org/abs/2304.02643, appendix A; positions: https://arxiv.org/abs/2006.10739
Shapes       B images, P prompts for each, N points of each, Q = B · P, T tokens, M masks, D width, h and w patches
"""

import math
from typing import Any

from triform.vision_outputs import PromptedMasksOutput

from .. import nn, ops
from .channels import ChannelNorm
from .patches import as_tokens

PADDING, NOTHING = -1, -10  # labels of points that are none: the first is a token of its own, the second is all zeros
BLOCKS = 2  # how much narrower attention is in every block, whatever config.attention_downsample_rate says: that is of the last one alone


class SamPositionalEmbedding(nn.Module):
    """Places as sines and cosines of random frequencies."""

    def __init__(self, config: Any):
        super().__init__()
        self.positional_embedding = nn.Buffer((2, config.num_pos_feats), init="normal")

    def forward(self, places):  # (…, 2) x and y from 0 to 1 -> (…, 2 · num_pos_feats)
        table = self.positional_embedding[...]
        angles = ops.matmul(ops.cast(2 * places - 1, table.dtype), table) * (2 * math.pi)
        return ops.concat([ops.sin(angles), ops.cos(angles)], axis=-1)


class SamMaskEmbedding(nn.Module):
    """A mask, four times as fine as the patches, to one vector for each patch."""

    def __init__(self, config: Any):
        super().__init__()
        few, many = config.mask_input_channels // 4, config.mask_input_channels
        self.act = ops.activation(config.hidden_act)
        self.conv1 = nn.Conv2d(1, few, 2, stride=2)
        self.conv2 = nn.Conv2d(few, many, 2, stride=2)
        self.conv3 = nn.Conv2d(many, config.hidden_size, 1)
        self.layer_norm1 = ChannelNorm(few, eps=config.layer_norm_eps)
        self.layer_norm2 = ChannelNorm(many, eps=config.layer_norm_eps)

    def forward(self, masks):  # (B, 1, 4 h, 4 w) -> (B, D, h, w)
        x = self.act(self.layer_norm1(self.conv1(masks)))
        return self.conv3(self.act(self.layer_norm2(self.conv2(x))))


class SamPromptEncoder(nn.Module):
    """Points and corners of boxes as tokens, masks as maps."""

    def __init__(self, config: Any):
        super().__init__()
        prompts = config.prompt_encoder_config
        width = prompts.hidden_size
        self.size, self.grid = prompts.image_size, prompts.image_embedding_size
        self.shared_embedding = SamPositionalEmbedding(config.vision_config)
        self.mask_embed = SamMaskEmbedding(prompts)
        self.no_mask_embed, self.not_a_point_embed = nn.Embedding(1, width), nn.Embedding(1, width)
        self.point_embed = nn.List([nn.Embedding(1, width) for _ in range(prompts.num_point_embeddings)])

    def points(self, points, labels, pad):  # (B, P, N, 2), (B, P, N) -> (B, P, N, D), one more where `pad`
        points, labels = points + 0.5, ops.cast(labels, "int")  # the centre of a pixel
        if pad:
            more = [(0, 0), (0, 0), (0, 1)]
            points, labels = ops.pad(points, [*more, (0, 0)]), ops.pad(labels, more, PADDING)
        labels = labels[..., None]
        x = self.shared_embedding(points / self.size)
        x = ops.where(labels == PADDING, self.not_a_point_embed.weight[...], x)
        x = ops.where(labels == NOTHING, ops.zeros_like(x), x)
        for kind in (0, 1):  # what is not meant, what is meant
            x = x + ops.where(labels == kind, self.point_embed[kind].weight[...], 0.0)
        return x

    def boxes(self, boxes):  # (B, P, 4) left, top, right, bottom -> (B, P, 2, D)
        b, p = ops.shape(boxes)[:2]
        x = self.shared_embedding(ops.reshape(boxes + 0.5, (b, p, 2, 2)) / self.size)
        return x + ops.concat([self.point_embed[kind].weight[...] for kind in (2, 3)], axis=0)

    def forward(self, points=None, labels=None, boxes=None, masks=None):
        """(tokens (B, P, N, D) or None, map (B, D, h, w); B is 1 where there is neither point nor box nor mask)."""
        tokens = [] if points is None else [self.points(points, labels, boxes is None)]
        tokens += [] if boxes is None else [self.boxes(boxes)]
        if masks is not None:
            dense = self.mask_embed(masks)
        else:
            rows = ops.shape(tokens[0])[0] if tokens else 1
            nothing = self.no_mask_embed.weight[...][:, :, None, None]
            dense = ops.broadcast_to(nothing, (rows, ops.shape(nothing)[1], self.grid, self.grid))
        return ops.concat(tokens, axis=2) if tokens else None, dense


class SamAttention(nn.Module):
    """Attention of one kind of tokens to another, narrower than they are."""

    def __init__(self, config: Any, rate: int):
        super().__init__()
        width = config.hidden_size
        inner = width // rate
        self.heads = config.num_attention_heads
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, inner) for _ in range(3))
        self.out_proj = nn.Linear(inner, width)

    def forward(self, q, k, v, bias=None):  # (Q, T, D), (Q, S, D), (Q, S, D) -> (Q, T, D)
        q, k, v = (ops.split_heads(p(x), self.heads) for p, x in ((self.q_proj, q), (self.k_proj, k), (self.v_proj, v)))
        return self.out_proj(ops.merge_heads(ops.attention(q, k, v, bias=bias, kind="prompt_attentions")))


class SamMLPBlock(nn.Module):
    """The feed-forward network."""

    def __init__(self, config: Any):
        super().__init__()
        self.lin1 = nn.Linear(config.hidden_size, config.mlp_dim)
        self.lin2 = nn.Linear(config.mlp_dim, config.hidden_size)
        self.act = ops.activation(config.hidden_act)

    def forward(self, x):
        return self.lin2(self.act(self.lin1(x)))


class SamTwoWayAttentionBlock(nn.Module):
    """Tokens look at each other and at the image, then the image looks at the tokens."""

    def __init__(self, config: Any, first: bool):
        super().__init__()
        self.first = first  # its tokens are nothing but their own positions yet
        norm = lambda: nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.self_attn = SamAttention(config, 1)
        self.layer_norm1 = norm()
        self.cross_attn_token_to_image = SamAttention(config, BLOCKS)
        self.layer_norm2 = norm()
        self.mlp = SamMLPBlock(config)
        self.layer_norm3, self.layer_norm4 = norm(), norm()
        self.cross_attn_image_to_token = SamAttention(config, BLOCKS)

    def forward(self, x, image, place, image_place, similarity=None):  # (Q, T, D), (Q, h · w, D), and where both are
        q = x if self.first else x + place
        y = self.self_attn(q, q, x)
        x = self.layer_norm1(y if self.first else x + y)
        x = self.layer_norm2(x + self.cross_attn_token_to_image(x + place, image + image_place, image, similarity))
        x = self.layer_norm3(x + self.mlp(x))
        y = self.cross_attn_image_to_token(image + image_place, x + place, x)
        nn.record("mask_decoder_attentions", y[:, None])
        return x, self.layer_norm4(image + y)


class SamTwoWayTransformer(nn.Module):
    """The stack of blocks, and a last look of the tokens at the image."""

    def __init__(self, config: Any):
        super().__init__()
        self.layers = nn.List([SamTwoWayAttentionBlock(config, i == 0) for i in range(config.num_hidden_layers)])
        self.final_attn_token_to_image = SamAttention(config, config.attention_downsample_rate)
        self.layer_norm_final_attn = nn.LayerNorm(config.hidden_size)

    def forward(self, tokens, image, image_place, similarity=None, target=None):  # (Q, T, D), (Q, h · w, D), (1, h · w, D)
        x = tokens = tokens if target is None else tokens + target
        for i, layer in enumerate(self.layers):
            x = x if target is None or i == 0 else x + target
            x, image = layer(x, image, tokens, image_place, similarity)
        y = self.final_attn_token_to_image(x + tokens, image + image_place, image)
        return self.layer_norm_final_attn(x + y), image


class SamFeedForward(nn.Module):
    """`depth` layers with ReLU between them."""

    def __init__(self, n_in: int, hidden: int, n_out: int, depth: int):
        super().__init__()
        self.act = ops.activation("relu")
        self.proj_in = nn.Linear(n_in, hidden)
        self.proj_out = nn.Linear(hidden, n_out)
        self.layers = nn.List([nn.Linear(hidden, hidden) for _ in range(depth - 2)])

    def forward(self, x):
        x = self.act(self.proj_in(x))
        for layer in self.layers:
            x = self.act(layer(x))
        return self.proj_out(x)


class SamMaskDecoder(nn.Module):
    """The masks that prompts ask for, and how good each is guessed to be."""

    def __init__(self, config: Any):
        super().__init__()
        width, count = config.hidden_size, config.num_multimask_outputs + 1
        self.count = count
        self.iou_token, self.mask_tokens = nn.Embedding(1, width), nn.Embedding(count, width)
        self.transformer = SamTwoWayTransformer(config)
        self.upscale_conv1 = nn.ConvTranspose2d(width, width // 4, 2, stride=2)
        self.upscale_conv2 = nn.ConvTranspose2d(width // 4, width // 8, 2, stride=2)
        self.upscale_layer_norm = ChannelNorm(width // 4, eps=1e-6)
        self.act = ops.activation("gelu")
        self.output_hypernetworks_mlps = nn.List([SamFeedForward(width, width, width // 8, 3) for _ in range(count)])
        self.iou_prediction_head = SamFeedForward(width, config.iou_head_hidden_dim, count, config.iou_head_depth)

    def forward(self, image, place, tokens, dense, several=True, similarity=None, target=None):
        """(B, D, h, w), (1, D, h, w), (B, P, N, D) or None, (B or 1, D, h, w) -> masks (B, P, M, 4 h, 4 w), scores (B, P, M)."""
        b, d, height, width = ops.shape(image)
        prompts = 1 if tokens is None else ops.shape(tokens)[1]
        own = ops.concat([self.iou_token.weight[...], self.mask_tokens.weight[...]], axis=0)
        own = ops.broadcast_to(own[None, None], (b, prompts, *ops.shape(own)))
        tokens = own if tokens is None else ops.concat([own, tokens], axis=2)
        sizes, flat = ops.shape(tokens), (-1, *ops.shape(tokens)[2:])
        target = None if target is None else ops.reshape(ops.broadcast_to(target, sizes), flat)
        maps = as_tokens(ops.repeat(image + dense, prompts, axis=0))
        x, maps = self.transformer(ops.reshape(tokens, flat), maps, as_tokens(place), similarity, target)
        fine = ops.reshape(ops.transpose(maps, (0, 2, 1)), (-1, d, height, width))
        fine = self.act(self.upscale_layer_norm(self.upscale_conv1(fine)))
        fine = self.act(self.upscale_conv2(fine))
        _, narrow, tall, wide = ops.shape(fine)
        kinds = ops.stack([mlp(x[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)], axis=1)
        masks = ops.matmul(kinds, ops.reshape(fine, (-1, narrow, tall * wide)))
        masks = ops.reshape(masks, (b, prompts, self.count, tall, wide))
        scores = ops.reshape(self.iou_prediction_head(x[:, 0]), (b, prompts, self.count))
        kept = slice(1, None) if several else slice(0, 1)
        return PromptedMasksOutput(scores[:, :, kept], masks[:, :, kept])
