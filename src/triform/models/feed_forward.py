"""The feed-forward network and the norm that many layers end with, under flat names: layers extend it."""

from .. import nn, ops


class FeedForward(nn.Module):
    """fc1, an activation, fc2; and final_layer_norm, for the layer to put where it wants it."""

    def __init__(self, width: int, inner: int, activation: str, dropout: float, activation_dropout: float = 0.0):
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.act = ops.activation(activation)
        self.dropout = nn.Dropout(dropout)
        self.activation_dropout = nn.Dropout(activation_dropout)

    def feed_forward(self, x):
        return self.dropout(self.fc2(self.activation_dropout(self.act(self.fc1(x)))))
