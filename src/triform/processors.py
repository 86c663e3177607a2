"""Processors: an image processor and a tokenizer behind one call, under the reference's names, as data.

`CLIPProcessor`, `BlipProcessor`, … differ in what a call adds to the tokenizer's options and in how the two results become one.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from triform.errors import InputError, UnknownKeywordError, nearest
from triform.features import BatchFeature

Call = Callable[["Processor", dict[str, Any], dict[str, Any], dict[str, Any]], dict[str, Any]]
NESTED = ("text_kwargs", "images_kwargs", "common_kwargs", "audio_kwargs", "videos_kwargs")


@dataclass(frozen=True)
class Joined:
    """One kind of processor.

    Attributes:
        text: options of the tokenizer where a call does not say otherwise.
        call: (processor, inputs, options of the image processor, of the tokenizer) -> the results.
        inputs: what a call takes beside images and text.
        optional: options of the call itself.
        methods: "module:Class" of methods of its own.
    """

    text: Mapping[str, Any] = field(default_factory=dict)
    call: str = "triform.processors:both"
    inputs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()


class Processor:
    """Prepares images and text together: `processor(images=…, text=…, return_tensors="pt")`.

    Args:
        image_processor, tokenizer: what prepares each.
        chat_template: of conversations; default: the tokenizer's.
    """

    family: ClassVar[Joined]
    resolution: str = ""

    def __init__(self, image_processor: Any = None, tokenizer: Any = None, chat_template: Any = None) -> None:
        name = type(self).__name__
        if (
            not callable(image_processor)
            or not hasattr(image_processor, "model_input_names")
            or hasattr(image_processor, "backend_tokenizer")
        ):
            raise InputError(f"{name} needs an image processor, and was given a {type(image_processor).__name__}.")
        if tokenizer is not None and not hasattr(tokenizer, "backend_tokenizer"):
            raise InputError(f"{name} needs a tokenizer, and was given a {type(tokenizer).__name__}.")
        self.image_processor, self.tokenizer = image_processor, tokenizer
        self.chat_template = chat_template or getattr(tokenizer, "chat_template", None)

    @property
    def model_input_names(self) -> list[str]:
        """The names of what a model takes of a call's results."""
        names = [*self.image_processor.model_input_names, *getattr(self.tokenizer, "model_input_names", ())]
        return list(dict.fromkeys(names))

    def __call__(self, images: Any = None, text: Any = None, **options: Any) -> BatchFeature:
        """Prepares images, text, or both.

        Args:
            images, text: whatever the image processor and the tokenizer take.
            **options: those of either, for this call; or by kind, in text_kwargs, images_kwargs and common_kwargs; what else the family
                takes; return_tensors="np" | "pt" | "tf" | "jax".

        Raises: InputError; UnknownKeywordError for a typing slip.
        """
        from triform.image.family import late

        family, inputs = self.family, {"images": images, "text": text}
        if images is not None and text is None and _is_text(images):
            inputs = {"images": None, "text": images}  # the reference's older order
        inputs |= {name: options.pop(name, None) for name in family.inputs}
        if all(value is None for value in inputs.values()):
            raise InputError(f"{type(self).__name__} was given none of: {', '.join(inputs)}.")
        for_images, for_text = self._sorted(options)
        made = late(family.call)(self, inputs, for_images, {**family.text, **for_text})
        return BatchFeature(made)

    def _sorted(self, options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """(the image processor's options, the tokenizer's)."""
        from triform.image.calling import CALL
        from triform.text.calling import KNOWN

        own = getattr(self.image_processor, "family", None)
        of_images = {*CALL, *self.family.optional, *([*own.fields, *own.optional, *own.older, *own.extras] if own is not None else ())}
        of_text = {*KNOWN, "text_pair", "text_target"} if self.tokenizer is not None else {"return_tensors"}
        nested = {name: dict(options.pop(name) or {}) for name in NESTED if name in options}
        twice = [key for name, kind in nested.items() for key in kind if key in options]
        if twice:
            raise InputError(f"{type(self).__name__}: {twice[0]} was given twice, by itself and in a dictionary.")
        options = {**options, **nested.get("common_kwargs", {})}
        wrong = [key for key in options if key not in of_images | of_text]
        if wrong:
            known = sorted({*of_images, *of_text, *self.family.inputs, *NESTED[:3]})
            raise UnknownKeywordError(
                f"{type(self).__name__} takes no {wrong[0]!r}.{nearest(wrong[0], known)} It takes: {', '.join(known)}."
            )
        images = {key: value for key, value in options.items() if key in of_images} | nested.get("images_kwargs", {})
        text = {key: value for key, value in options.items() if key in of_text} | nested.get("text_kwargs", {})
        return images, text

    # ---- what its parts can do

    def __getattr__(self, name: str) -> Any:
        if name.startswith("post_process"):
            return getattr(self.image_processor, name)
        if name in ("decode", "batch_decode", "apply_chat_template", "pad"):
            return getattr(self.tokenizer, name)
        if name == "feature_extractor":  # the reference's older name
            return self.image_processor
        raise AttributeError(f"{type(self).__name__} has no {name!r}.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}:\n- image_processor: {self.image_processor!r}\n- tokenizer: {type(self.tokenizer).__name__}\n"

    # ---- files

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The processor of a folder or of a name on the Hub: its tokenizer and its image processor, each found as by its Auto class.

        Args:
            **kwargs: the Hub's keywords; settings of the image processor, which override the file's.
        """
        from triform import hub
        from triform.auto.preprocessors import AutoImageProcessor
        from triform.auto.tokenizer import AutoTokenizer

        where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
        source: Any = hub.locate(name_or_path, **where)
        images = AutoImageProcessor.from_pretrained(source, **kwargs)
        tokenizer = AutoTokenizer.from_pretrained(source) if cls.family.text is not NO_TEXT else None
        return cls(images, tokenizer)

    def save_pretrained(self, save_directory: str | os.PathLike[str], push_to_hub: bool = False, **upload: Any) -> list[str]:
        """Writes the files of both parts, which name this class; returns their paths. Arguments as of the parts' own."""
        from triform import hub
        from triform.image.saving import check_upload
        from triform.replacing import made_folder

        check_upload(upload)
        target = made_folder(save_directory)
        self.image_processor.processor_class = type(self).__name__
        written = list(self.image_processor.save_pretrained(target))
        if self.tokenizer is not None:
            self.tokenizer.settings["processor_class"] = type(self).__name__
            written += self.tokenizer.save_pretrained(target)
        if push_to_hub:
            repo_id, options = hub.destination(target, upload)
            hub.push_to_hub(target, repo_id, **options)
        return written

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Saves and uploads; returns the address of the commit. Arguments as of `triform.hub.push_to_hub`."""
        from tempfile import TemporaryDirectory

        from triform import hub

        with TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return hub.push_to_hub(folder, repo_id, **options)


def _is_text(value: Any) -> bool:
    """Whether it is text, and no path or address of an image, which a call takes too where there is text beside it."""
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(v, str) and " " in v for v in value)


# ---- how two results become one


def both(processor: Processor, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """The images' results, then the text's."""
    made = {} if inputs["images"] is None else dict(processor.image_processor(inputs["images"], **images))
    return made | ({} if inputs["text"] is None else dict(processor.tokenizer(inputs["text"], **text)))


def with_labels(processor: Processor, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """The images' results, and the ids of the text as `labels`; of text alone, the text's."""
    if inputs["images"] is None or inputs["text"] is None:
        return both(processor, inputs, images, text)
    return dict(processor.image_processor(inputs["images"], **images)) | {
        "labels": processor.tokenizer(inputs["text"], **text)["input_ids"]
    }


def with_labels_and_ids(processor: Processor, inputs: dict[str, Any], images: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    """As `with_labels`, the ids as `input_ids` too; a prompt that stands before the answer gets no special tokens."""
    bare = {"add_special_tokens": False, **text} if inputs["images"] is not None else text
    made = with_labels(processor, inputs, images, bare)
    return made | ({"input_ids": made["labels"]} if "labels" in made else {})


NO_TEXT: Mapping[str, Any] = {}


@cache
def processor_class(name: str) -> Any:
    """The class of a name; None for one that is not known."""
    from triform.image.family import late
    from triform.processor_table import PROCESSORS

    joined = PROCESSORS.get(name)
    if joined is None:
        return None
    body = {"family": joined, "__module__": "triform.processors", "__doc__": f"The processor that checkpoints call {name}."}
    return type(name, (*map(late, joined.methods), Processor), body)


def __getattr__(name: str) -> Any:
    found = None if name.startswith("_") else processor_class(name)
    if found is None:
        raise AttributeError(f"triform.processors has no {name!r}.")
    return found
