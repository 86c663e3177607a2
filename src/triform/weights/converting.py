"""A checkpoint of any format into safetensors, tensor by tensor."""

import os
import shutil
from pathlib import Path

from triform.errors import InputError
from triform.weights.tensor import FLOATING

BESIDE = (
    "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
    "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "preprocessor_config.json",
    "processor_config.json", "chat_template.jinja",
)  # fmt: skip


def convert_checkpoint(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    dtype: str = "auto",
    max_shard_size: int | str = "5GB",
    force: bool = False,
) -> list[Path]:
    """Writes what `source` holds as a folder with model.safetensors, config and tokenizer files; returns what was written.

    The weights pass through the model class that the config asks for, on the first backend that is installed:
    names and ties come out right.

    Raises: InputError where the target holds weights already; whatever loading raises.
    """
    from triform import hub
    from triform.auto.config import AutoConfig
    from triform.auto.factory import architecture_of, auto_model
    from triform.auto.registry import auto_classes
    from triform.tasks.choosing import installed_backend

    if dtype != "auto" and dtype not in FLOATING:
        raise InputError(f"dtype={dtype!r} is none that weights can have. Choose from: auto, {', '.join(sorted(FLOATING))}.")
    folder = Path(target)
    present = sorted(folder.glob("model*.safetensors")) if folder.is_dir() else []
    if present and not force:
        raise InputError(f"{folder} holds {present[0].name} already. Choose another folder, or pass force=True (--force).")
    place = hub.locate(source)
    config = AutoConfig.from_pretrained(place)
    architecture = architecture_of(config)
    classes = {} if architecture is None else auto_classes(architecture)
    made = [str(name) for name in config.architectures or ()]
    auto = next((auto for auto, cls in classes.items() if cls in made), "AutoModel")
    model = auto_model(installed_backend(), auto).from_pretrained(place, config=config, dtype=dtype)
    model.save_pretrained(folder, max_shard_size=max_shard_size)
    for name in BESIDE:
        path = place.find(name)
        if path is not None:
            shutil.copyfile(path, folder / name)
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
