"""Backbones: the feature maps of some stages of a vision model, for a head that works on several scales."""

from typing import Any

from triform.vision_outputs import BackboneOutput

from .. import nn


class NormsByStage(nn.Module):
    """A norm for the map of each stage that is chosen, under the stage's name."""

    def __init__(self, config: Any, channels: list[int], norm: Any):
        super().__init__()
        self.chosen = tuple(config.chosen_stages())
        self.names = tuple(config.stage_names[stage] for stage in self.chosen)
        for name, width in zip(self.names, channels):
            setattr(self, name, norm(width))

    def forward(self, maps):  # of every stage -> the same, None where a stage was not chosen
        normed: list[Any] = [None] * len(maps)
        for stage, name in zip(self.chosen, self.names):
            normed[stage] = getattr(self, name)(maps[stage])
        return normed


class Backbone(nn.Model):
    """A vision model that gives feature maps: those of the stages that its config chooses (see `BackboneConfig`).

    A subclass says `stage_channels` and `maps`. Inside another model it is made by `nn.part(config.backbone_config, "AutoBackbone")`.
    """

    @property
    def channels(self) -> list[int]:
        """How many channels each feature map has."""
        every = self.stage_channels(self.config)
        return [every[stage] for stage in self.config.chosen_stages()]

    @staticmethod
    def stage_channels(config: Any) -> list[int]:
        """How many channels the map of each stage has, those included that are not returned."""
        raise NotImplementedError

    def maps(self, pixel_values: Any) -> list[Any]:
        """The map of every stage, (B, C, H, W) each; None where a stage was not chosen and its map costs something."""
        raise NotImplementedError

    def forward(self, pixel_values):  # (B, C, H, W) -> feature maps
        maps = self.maps(pixel_values)
        return BackboneOutput(tuple(maps[stage] for stage in self.config.chosen_stages()))
