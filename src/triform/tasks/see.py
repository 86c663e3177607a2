"""Runs a task on images: processor, model, what its numbers mean, and a picture of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from triform.errors import InputError, MissingFileError
from triform.image.post.arrays import sigmoid, softmax, taken
from triform.tasks.asking import TENSORS, asked
from triform.tasks.wishes import Row, Wishes


@dataclass
class Seeing:
    """A model of images ready to be asked."""

    model: Any
    processor: Any
    backend: str
    wishes: Wishes

    def __call__(self, *images: Any, **named: Any) -> tuple[dict[str, Any], Any]:
        """(what the processor gives, the model's output)."""
        given = self.processor(*images, **named, return_tensors=TENSORS[self.backend])
        return dict(given), asked(self.model, self.backend, given)

    @property
    def images(self) -> Any:
        """What prepares images, where the processor prepares texts too."""
        return getattr(self.processor, "image_processor", self.processor)

    def label(self, number: Any) -> str:
        """The name of a class."""
        return str(self.model.config.id2label.get(int(number), f"LABEL_{int(number)}"))


@dataclass
class Seen:
    """What was found in an image, best first, and a picture of it where there is something to look at."""

    rows: list[Row] = field(default_factory=list)
    picture: Any = None


def opened(name: str) -> Any:
    """The image that a path or an address names, as a Pillow image, upright. Raises as `image.loading.load`."""
    from triform.image.loading import load

    found = load(name, name)
    if hasattr(found, "convert"):
        return found
    from PIL import Image

    return Image.fromarray(np.asarray(found).squeeze())


def frames_of(name: str, count: int) -> list[Any]:
    """So many frames of a moving image (GIF, WebP), evenly chosen. Raises as `opened`, and InputError for an address."""
    from PIL import Image

    opened(name)  # what is broken, too large or no image is refused there
    if "://" in name:
        raise InputError(f"{name} is an address; moving images are read from files.")
    with Image.open(name) as moving:
        places = np.linspace(0, getattr(moving, "n_frames", 1) - 1, count).round().astype(int)
        frames = []
        for place in places:
            moving.seek(int(place))
            frames.append(moving.convert("RGB"))
    return frames


def _size(image: Any) -> tuple[int, int]:
    return image.height, image.width


def classify(call: Seeing, image: Any) -> Seen:
    """The labels of an image, or of the frames of a video, likeliest first."""
    _, out = call(image)
    scores = softmax(taken(out, "logits")[0])
    return Seen([(call.label(j), float(scores[j])) for j in np.argsort(-scores)[: call.wishes.top]])


def compare(call: Seeing, image: Any) -> Seen:
    """How well each of the user's labels fits an image."""
    labels = _labels(call)
    alone = call.model.pairwise  # such a model was trained on texts that are filled up
    _, out = call(images=image, text=labels, padding="max_length" if alone else True)
    scores = (sigmoid if alone else softmax)(taken(out, "logits_per_image")[0])
    return Seen([(labels[j], float(scores[j])) for j in np.argsort(-scores)])


def _labels(call: Seeing) -> list[str]:
    if not call.wishes.labels:
        raise InputError("This model finds what you name: --label 'a cat' --label 'a dog'.")
    return list(call.wishes.labels)


def detect(call: Seeing, image: Any) -> Seen:
    """The objects in an image, surest first."""
    _, out = call(image)
    found = call.images.post_process_object_detection(out, threshold=call.wishes.threshold, target_sizes=[_size(image)])[0]
    return _boxes(image, found, call.label)


def find(call: Seeing, image: Any) -> Seen:
    """Where the user's labels are in an image."""
    labels = _labels(call)
    _, out = call(images=image, text=[labels])
    processor = call.images if hasattr(call.images, "post_process_object_detection") else call.processor
    found = processor.post_process_object_detection(out, threshold=call.wishes.threshold, target_sizes=[_size(image)])[0]
    return _boxes(image, found, lambda number: labels[int(number)])


def _boxes(image: Any, found: dict[str, np.ndarray], name: Callable[[Any], str]) -> Seen:
    from triform.drawing.boxes import Box, draw_boxes

    order = np.argsort(-found["scores"])
    rows, boxes = [], []
    for i in order:
        label, score = name(found["labels"][i]), float(found["scores"][i])
        left, top, right, bottom = (float(x) for x in found["boxes"][i])
        corners = left, top, right, bottom
        rows.append((label, score, *(round(x, 1) for x in corners)))
        boxes.append(Box(corners, f"{label} {score:.0%}", int(found["labels"][i])))
    return Seen(rows, draw_boxes(image, boxes))


def segment(call: Seeing, image: Any) -> Seen:
    """The segments of an image, largest first: its objects and surfaces, or the label of each pixel."""
    from triform.drawing.masks import Segment, draw_segments

    _, out = call(image)
    if "logits" in out and "pred_masks" not in out and "masks_queries_logits" not in out:
        labels = call.images.post_process_semantic_segmentation(out, target_sizes=[_size(image)])[0]
        parts = [(labels == n, call.label(n), 1.0, int(n)) for n in np.unique(labels)]
    else:
        options = {"threshold": call.wishes.threshold, "target_sizes": [_size(image)]}
        found = call.images.post_process_panoptic_segmentation(out, **options)[0]
        parts = [
            (found["segmentation"] == info["id"], call.label(info["label_id"]), float(info["score"]), int(info["id"]))
            for info in found["segments_info"]
        ]
    parts.sort(key=lambda part: -int(part[0].sum()))
    rows = [(name, score, float(mask.mean())) for mask, name, score, _ in parts]
    return Seen(rows, draw_segments(image, [Segment(mask, name, number) for mask, name, _, number in parts]))


def measure_depth(call: Seeing, image: Any) -> Seen:
    """How far, or how near, each pixel is: see the model's own words for which."""
    from triform.drawing.masks import draw_depth

    _, out = call(image)
    depth = call.images.post_process_depth_estimation(out, target_sizes=[_size(image)])[0]["predicted_depth"]
    return Seen([(float(depth.min()), float(np.median(depth)), float(depth.max()))], draw_depth(depth))


def transform(call: Seeing, image: Any) -> Seen:
    """Another image, such as a larger one."""
    from PIL import Image

    _, out = call(image)
    pixels = taken(out, "reconstruction")[0].transpose(1, 2, 0)
    scale = int(getattr(call.model.config, "upscale", 1))
    pixels = pixels[: image.height * scale, : image.width * scale]  # without what was padded
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8).squeeze())
    return Seen([(image.width, image.height, picture.width, picture.height)], picture)


def outline(call: Seeing, image: Any) -> Seen:
    """What the user's points or boxes point to; the middle of the image, where there are none."""
    from triform.drawing.masks import Segment, draw_segments

    points, boxes = [list(p) for p in call.wishes.points], [list(b) for b in call.wishes.boxes]
    prompts: dict[str, Any] = {}
    if points or not boxes:
        prompts["input_points"] = [[[p] for p in points or [[image.width / 2, image.height / 2]]]]
    if boxes:
        prompts["input_boxes"] = [boxes]
    if points and boxes and len(points) != len(boxes):
        raise InputError(f"There are {len(points)} points and {len(boxes)} boxes. Give as many of each, or of one kind alone.")
    given, out = call(image, **prompts)
    masks = call.images.post_process_masks(taken(out, "pred_masks"), given["original_sizes"], given["reshaped_input_sizes"])[0]
    scores = taken(out, "iou_scores")[0]
    rows, parts = [], []
    for number, (several, sure) in enumerate(zip(np.asarray(masks), scores)):
        best = int(sure.argmax())
        mask = np.asarray(several[best], bool)
        rows.append((f"prompt {number + 1}", float(sure[best]), float(mask.mean())))
        parts.append(Segment(mask, f"{number + 1}", number))
    return Seen(rows, draw_segments(image, parts))


Answer = Callable[[Seeing, Any], Seen]
BOXES = ("label", "score", "left", "top", "right", "bottom")
SEGMENTS = ("label", "score", "share of the image")
TASKS: dict[str, tuple[tuple[str, ...], Answer]] = {
    "AutoModelForImageClassification": (("label", "score"), classify),
    "AutoModelForObjectDetection": (BOXES, detect),
    "AutoModelForUniversalSegmentation": (SEGMENTS, segment),
    "AutoModelForInstanceSegmentation": (SEGMENTS, segment),
    "AutoModelForImageSegmentation": (SEGMENTS, segment),
    "AutoModelForSemanticSegmentation": (SEGMENTS, segment),
    "AutoModelForDepthEstimation": (("lowest", "middle", "highest"), measure_depth),
    "AutoModelForImageToImage": (("width", "height", "new width", "new height"), transform),
    "AutoModelForZeroShotImageClassification": (("label", "score"), compare),
    "AutoModelForZeroShotObjectDetection": (BOXES, find),
    "AutoModelForMaskGeneration": (("prompt", "score", "share of the image"), outline),
    "AutoModelForVideoClassification": (("label", "score"), classify),
}


def run_on_images(
    auto: str, name_or_path: Any, model: Any, backend: str, names: list[str], wishes: Wishes, where: dict[str, Any]
) -> tuple[list[list[Row]], list[Path]]:  # fmt: skip
    """(the rows of each image, the pictures that were written).

    Raises: InputError where a picture's file is there already and was not named; whatever loading raises.
    """
    from triform.auto.preprocessors import AutoImageProcessor, AutoProcessor

    joined = auto in ("AutoModelForZeroShotImageClassification", "AutoModelForZeroShotObjectDetection", "AutoModelForMaskGeneration")
    processor = (AutoProcessor if joined else AutoImageProcessor).from_pretrained(name_or_path, **where)
    call = Seeing(model, processor, backend, wishes)
    rows, written = [], []
    moving = auto == "AutoModelForVideoClassification"  # all are read before anything is written
    images = [(name, frames_of(name, model.config.num_frames) if moving else opened(name)) for name in names]
    if wishes.output is not None and len(names) > 1 and not wishes.output.is_dir():
        raise InputError(f"{wishes.output} would be written by {len(names)} images. Name a folder.")
    for name, image in images:
        seen = TASKS[auto][1](call, image)
        rows.append(seen.rows)
        if seen.picture is not None and wishes.output is not None:
            target = wishes.output / f"{Path(name).stem}.png" if wishes.output.is_dir() else wishes.output
            if not target.parent.is_dir():
                raise MissingFileError(f"There is no folder {target.parent}, in which {target.name} was to be written.")
            seen.picture.save(target)
            written.append(target)
    return rows, written
