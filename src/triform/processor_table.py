"""Kinds of processors, as data, and which each model type has, where its files name none."""

from collections.abc import Mapping

from triform.processors import NO_TEXT, Joined

PLAIN = Joined()
FIXED_64 = {"padding": "max_length", "truncation": True, "max_length": 64}
OWL = Joined({"padding": "max_length"}, "triform.prompts:texts_of_images", ("query_images",), methods=("triform.prompts:NamedObjects",))
LABELLED = Joined(call="triform.processors:with_labels")

PROCESSORS: Mapping[str, Joined] = {
    "AlignProcessor": Joined({"padding": "max_length", "max_length": 64}),
    "AltCLIPProcessor": PLAIN,
    "BlipProcessor": Joined({"return_token_type_ids": False}),
    "BridgeTowerProcessor": PLAIN,
    "CLIPProcessor": PLAIN,
    "CLIPSegProcessor": Joined(call="triform.prompts:text_or_picture", inputs=("visual_prompt",)),
    "ChineseCLIPProcessor": PLAIN,
    "DonutProcessor": Joined(call="triform.processors:with_labels_and_ids"),
    "FlavaProcessor": PLAIN,
    "GitProcessor": PLAIN,
    "GroundingDinoProcessor": Joined(call="triform.prompts:named_things", methods=("triform.prompts:NamedThings",)),
    "NougatProcessor": LABELLED,
    "Owlv2Processor": OWL,
    "OwlViTProcessor": OWL,
    "SamProcessor": Joined(
        NO_TEXT, "triform.prompts:places", ("segmentation_maps", "input_points", "input_labels", "input_boxes"), ("point_pad_value",)
    ),
    "Siglip2Processor": Joined(FIXED_64),
    "SiglipProcessor": PLAIN,
    "TrOCRProcessor": LABELLED,
    "ViltProcessor": PLAIN,
    "VisionTextDualEncoderProcessor": PLAIN,
    "XCLIPProcessor": PLAIN,
}

MODEL_PROCESSORS: Mapping[str, str] = {
    "aimv2": "CLIPProcessor",
    "align": "AlignProcessor",
    "altclip": "AltCLIPProcessor",
    "blip": "BlipProcessor",
    "bridgetower": "BridgeTowerProcessor",
    "chinese_clip": "ChineseCLIPProcessor",
    "clip": "CLIPProcessor",
    "clipseg": "CLIPSegProcessor",
    "flava": "FlavaProcessor",
    "git": "GitProcessor",
    "grounding-dino": "GroundingDinoProcessor",
    "groupvit": "CLIPProcessor",
    "metaclip_2": "CLIPProcessor",
    "mm-grounding-dino": "GroundingDinoProcessor",
    "owlv2": "Owlv2Processor",
    "owlvit": "OwlViTProcessor",
    "sam": "SamProcessor",
    "siglip": "SiglipProcessor",
    "siglip2": "Siglip2Processor",
    "trocr": "TrOCRProcessor",
    "vilt": "ViltProcessor",
    "vision-text-dual-encoder": "VisionTextDualEncoderProcessor",
    "xclip": "XCLIPProcessor",
}
