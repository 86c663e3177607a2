"""ImageProcessor: the reference's methods over a family's data."""

import copy
import json
import os
from collections.abc import Mapping
from typing import Any, ClassVar

from triform.errors import UnknownKeywordError, nearest
from triform.features import BatchFeature
from triform.image.family import Family
from triform.image.fields import read_field, read_fields

HIDDEN = ("processor_class", "resolution", "name_or_path")


class ImageProcessor:
    """Makes images into the arrays that a model takes: `processor(images, return_tensors="pt")`.

    Made by `from_pretrained`, or with the settings of its family by name: `ViTImageProcessor(size=384)`. Settings are attributes, and may
    be changed.

    Attributes:
        family: what it does, as data. model_input_names: the names of what a call returns.
        resolution: which file and key decided that it is this class.
    """

    family: ClassVar[Family]
    resolution: str = ""
    processor_class: str | None = None
    name_or_path: str = ""

    def __init__(self, **fields: Any) -> None:
        cls = type(self)
        fields = {cls.family.older.get(name, name): value for name, value in fields.items()}
        wrong = [name for name in fields if name and name not in cls.family.fields]
        if wrong:
            known = cls.family.fields
            raise UnknownKeywordError(f"{cls.__name__} has no setting {wrong[0]!r}.{nearest(wrong[0], known)} It has: {', '.join(known)}.")
        fields.pop("", None)
        self.__dict__.update(copy.deepcopy(dict(cls.family.fields)))
        self.__dict__.update(read_fields(fields, cls.family, cls.__name__))

    @property
    def model_input_names(self) -> list[str]:
        """The names of what a model takes of a call's results."""
        return list(self.family.inputs)

    def __call__(self, *inputs: Any, **options: Any) -> BatchFeature:
        """Prepares an image, or a batch of them.

        Args:
            *inputs: images, by position or as `images=` (of video processors, `videos=`): Pillow images, arrays or tensors of any
                framework, paths, http(s) addresses, base64, bytes; lists of them. Then what else the family takes, such as
                `segmentation_maps` or `annotations`.
            **options: any setting of the processor, for this call; return_tensors="np" | "pt" | "tf" | "jax", without which the result
                holds arrays, in a list where they differ in shape; data_format="channels_first" | "channels_last" | "none";
                input_data_format, where an array's shape does not tell.

        Raises: InputError, MissingFileError, CorruptFileError; UnknownKeywordError for a typing slip.
        """
        from triform.image.calling import process

        return process(self, inputs, options)

    def preprocess(self, *inputs: Any, **options: Any) -> BatchFeature:
        """The same as a call."""
        return self(*inputs, **options)

    # ---- files

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **kwargs: Any) -> Any:
        """The processor of a folder or of a name on the Hub, read as this class; keywords override its settings."""
        from triform.image.reading import load_processor

        return load_processor(name_or_path, cls=cls, **kwargs)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **kwargs: Any) -> Any:
        """A processor of a parsed preprocessor_config.json; keywords override its settings. What it does not know is kept.

        Raises: InputError that lists all that is wrong; UnknownKeywordError for a keyword that is no setting, unless
            return_unused_kwargs=True was given: then (processor, the unused keywords) is returned.
        """
        from triform.image.reading import from_fields

        return from_fields(cls, dict(data), kwargs)

    def to_dict(self) -> dict[str, Any]:
        """What preprocessor_config.json holds."""
        stated = {name: copy.deepcopy(value) for name, value in vars(self).items() if not name.startswith("_") and name not in HIDDEN}
        made = {**stated, "image_processor_type": type(self).__name__}
        return made | {"processor_class": self.processor_class} if self.processor_class else made

    def to_json_string(self) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict(), indent=2, sort_keys=True, default=_plain) + "\n"

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.to_json_string()}"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.to_dict() == other.to_dict()  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.family.fields:
            self.__dict__[name] = _checked(self, name, value)
        else:
            super().__setattr__(name, value)

    def save_pretrained(self, save_directory: str | os.PathLike[str], push_to_hub: bool = False, **upload: Any) -> list[str]:
        """Writes preprocessor_config.json, which the reference reads too; returns its path.

        Args:
            push_to_hub, repo_id, token, private, revision, commit_message, create_pr: uploads the folder afterwards.
        """
        from triform.image.saving import save_processor

        return save_processor(self, save_directory, push_to_hub, upload)

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Saves and uploads; returns the address of the commit. Arguments as of `triform.hub.push_to_hub`."""
        from tempfile import TemporaryDirectory

        from triform import hub

        with TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return hub.push_to_hub(folder, repo_id, **options)

    @classmethod
    def fetch_images(cls, images: Any) -> Any:
        """An image, or nested lists of them, as Pillow images: of paths, addresses, base64 and bytes."""
        from triform.image.loading import load

        if isinstance(images, (list, tuple)):
            return [cls.fetch_images(image) for image in images]
        return load(images, "image")


BaseImageProcessor = ImageProcessor


def _checked(processor: ImageProcessor, name: str, value: Any) -> Any:
    from triform.errors import InputError

    try:
        return read_field(name, value, processor.family)
    except ValueError as error:
        raise InputError(f"{type(processor).__name__}: {name} {error}.") from None


def _plain(value: Any) -> Any:
    """Of values that JSON does not know, what they hold."""
    return value.tolist() if hasattr(value, "tolist") else str(value)
