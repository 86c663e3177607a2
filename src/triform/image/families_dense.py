"""Families of image processors for detection and segmentation, as data: what comes out is padded, masked, or labelled by place."""

from collections.abc import Mapping
from dataclasses import replace

from triform.image import canvases, composed, targets
from triform.image.family import EDGE, SQUARE, Family
from triform.image.joining import always_padded_together, padded_together
from triform.image.resizing import BICUBIC, BILINEAR, resize
from triform.image.sizes import bounded
from triform.image.table_parts import CLIP, HALF, IMAGENET, RGB, edge, resizing, scaling, square

BOUNDED = {"size": "bounded", "pad_size": "square"}
MASK = ("pixel_values", "pixel_mask")

DETECTED = "triform.image.post.detection"
SEGMENTED = "triform.image.post.segmentation"
DETR = Family(
    {
        "format": "coco_detection", **resizing(edge(800, 1333), BILINEAR), **scaling(IMAGENET), "do_convert_annotations": True,
        "do_pad": True, "pad_size": None,
    },
    (resize(bounded),), join=padded_together, sizes=BOUNDED, inputs=MASK, older={"pad_and_return_pixel_mask": "do_pad"},
    optional={"return_segmentation_masks": None, "masks_path": None}, extras=("annotations",),
    call="triform.image.annotations:of_images_and_annotations", methods=(f"{DETECTED}:WithNothing", f"{SEGMENTED}:OfQueries"),
)  # fmt: skip
DEFORMABLE = replace(DETR, methods=(f"{DETECTED}:TopOfAll",))
YOLOS = replace(DETR, steps=(resize(targets.bounded_down_to_sixteens),), join=canvases.without_mask, methods=(f"{DETECTED}:WithNothing",))
RT_DETR = replace(
    DETR, fields={**DETR.fields, **resizing(square(640), BILINEAR), "do_normalize": False, "do_pad": False},
    sizes={**BOUNDED, "size": "shortest"}, older={}, methods=(f"{DETECTED}:TopOfAllOrEach",),
)  # fmt: skip
DETA = replace(DETR, sizes={**BOUNDED, "size": "shortest"}, methods=(f"{DETECTED}:TopAfterSuppression",))
MASKFORMER = Family(
    {
        **resizing(edge(800, 1333), BILINEAR), "size_divisor": 32, **scaling(IMAGENET), "ignore_index": None, "do_reduce_labels": False,
        "num_labels": None, "pad_size": None,
    },
    (resize(targets.capped_up_to_multiples),), join=always_padded_together, sizes=BOUNDED, inputs=MASK,
    older={"reduce_labels": "do_reduce_labels", "size_divisibility": "size_divisor"},
    extras=("segmentation_maps", "instance_id_to_semantic_id"), call="triform.image.instances:of_images_and_instances",
    methods=(f"{SEGMENTED}:OfMaskQueries",),
)  # fmt: skip
VILT = Family(
    {**resizing(edge(384), BICUBIC), "size_divisor": 32, **scaling(HALF), "do_pad": True}, (resize(targets.scaled_between),),
    join=padded_together, sizes=EDGE, older={"pad_and_return_pixel_mask": "do_pad", "max_size": ""},
)  # fmt: skip
BRIDGETOWER = replace(
    VILT,
    fields={**VILT.fields, "size": edge(288), "image_mean": CLIP[0], "image_std": CLIP[1], "do_center_crop": True, "crop_size": None},
    steps=(resize(targets.scaled_between), composed.middle_of_shortest_edge), inputs=MASK,
    sizes={"size": "shortest", "crop_size": "shortest"},
)  # fmt: skip
SAM = Family(
    {
        **resizing({"longest_edge": 1024}, BILINEAR), "mask_size": {"longest_edge": 256}, **scaling(IMAGENET), "do_pad": True,
        "pad_size": square(1024), "mask_pad_size": square(256), **RGB,
    },
    (resize(targets.longest),), join=canvases.on_pad_size, extras=("segmentation_maps",),
    call="triform.image.labels:of_images_and_small_maps",
    sizes={"size": "longest", "mask_size": "longest", "pad_size": "square", "mask_pad_size": "square"},
    methods=("triform.image.post.masks:Prompted",),
)  # fmt: skip
VITMATTE = Family(
    {**scaling(HALF), "do_pad": True, "size_divisor": 32}, numbers=(composed.with_trimap,), join=canvases.at_multiples, sizes=SQUARE,
    older={"size_divisibility": "size_divisor"}, extras=("trimaps",), call="triform.image.composed:of_images_and_trimaps",
)  # fmt: skip

DENSE_FAMILIES: Mapping[str, Family] = {
    "BridgeTowerImageProcessor": BRIDGETOWER,
    "ConditionalDetrImageProcessor": replace(DETR, methods=(f"{DETECTED}:TopOfAll", f"{SEGMENTED}:OfQueries")),
    "DeformableDetrImageProcessor": DEFORMABLE,
    "DetaImageProcessor": DETA,
    "DetrImageProcessor": DETR,
    "GroundingDinoImageProcessor": replace(DETR, methods=(f"{DETECTED}:OfWords",)),
    "Mask2FormerImageProcessor": replace(MASKFORMER, methods=(f"{SEGMENTED}:OfFineMaskQueries",)),
    "MaskFormerImageProcessor": MASKFORMER,
    "RTDetrImageProcessor": RT_DETR,
    "SamImageProcessor": SAM,
    "ViltImageProcessor": VILT,
    "VitMatteImageProcessor": VITMATTE,
    "YolosImageProcessor": YOLOS,
}
