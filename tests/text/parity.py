"""A tokenizer held against the reference's on the whole corpus: what the tests of families share."""

import json
import shutil
from pathlib import Path
from typing import Any

from corpus import LINES, training_text


def folder(place: Path, class_name: str, files: dict[str, Path], **settings: Any) -> Path:
    """A checkpoint's folder with these vocabulary files and a tokenizer_config.json."""
    place.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        shutil.copy(path, place / name)
    (place / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": class_name, **settings}))
    return place


def differing(ours: Any, theirs: Any, lines: list[str] = LINES, **options: Any) -> list[str]:
    """The lines whose encodings differ, shown."""
    mine, yours = ours(lines, **options), theirs(lines, **options)
    assert list(mine) == list(yours) or (not theirs.is_fast and set(mine) == set(yours))
    out = []
    for i, line in enumerate(lines):
        a, b = ({name: value[i] for name, value in data.items()} for data in (mine, yours))
        if len(b.get("special_tokens_mask", b["input_ids"])) != len(b["input_ids"]):
            del a["special_tokens_mask"], b["special_tokens_mask"]  # the reference's mask of ByT5 is longer where the text says its end
        if "offset_mapping" in a:
            a["offset_mapping"] = [tuple(span) for span in a["offset_mapping"]]
        if a != b:
            out.append(
                f"{line[:60]!r}:\n  {ours.convert_ids_to_tokens(a['input_ids'])}\n  {theirs.convert_ids_to_tokens(b['input_ids'])}\n  {a}\n  {b}"
            )
    return out


def hold(ours: Any, theirs: Any, lines: list[str] = LINES, sized: bool = True) -> None:
    """Ids, offsets, masks, segments, decoded text, special tokens and (`sized`) the number of tokens are the reference's."""
    where = {"return_offsets_mapping": True} if theirs.is_fast else {}
    wrong = differing(ours, theirs, lines, return_special_tokens_mask=True, **where)
    assert not wrong, f"{len(wrong)} of {len(lines)} lines differ\n" + "\n".join(wrong[:5])
    rows = ours(lines)["input_ids"]
    wrong = [
        f"{line[:60]!r} {skip}\n  {a!r}\n  {b!r}"
        for line, row in zip(lines, rows)
        for skip in (False, True)
        if (a := ours.decode(row, skip_special_tokens=skip)) != (b := theirs.decode(row, skip_special_tokens=skip))
    ]
    assert not wrong, f"{len(wrong)} decoded texts differ\n" + "\n".join(wrong[:5])
    few = [line for line in lines if line][: 2 * len(lines) // 3]
    pairs = few[1:] + few[:1]
    assert dict(ours(few, pairs)) == dict(theirs(few, pairs))
    assert dict(ours(few, add_special_tokens=False)) == dict(theirs(few, add_special_tokens=False))
    # where an odd number of tokens is left, the reference's slow classes give the spare one to the first text, its fast ones to the longer
    room = {"truncation": True, "padding": False, "max_length": 10 + ours.num_special_tokens_to_add(True) + theirs.is_fast}
    few, pairs = zip(*((a, b) for a, b in zip(few, pairs) if theirs.is_fast or "</s>" not in a + b))
    assert dict(ours(list(few), list(pairs), **room)) == dict(theirs(list(few), list(pairs), **room))
    if theirs.pad_token is not None:
        assert dict(ours(few, padding=True)) == dict(theirs(few, padding=True))
    assert len(ours) == len(theirs) or not sized
    assert ours.all_special_ids == theirs.all_special_ids or sorted(ours.all_special_ids) == sorted(theirs.all_special_ids)
    for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask"):
        assert getattr(ours, f"{name}_token") == getattr(theirs, f"{name}_token"), name
    assert ours.padding_side == theirs.padding_side and list(ours.model_input_names) == list(theirs.model_input_names)
    tokens = ours.tokenize("Attention weighs every word, naïve\tor  not.")
    assert tokens == theirs.tokenize("Attention weighs every word, naïve\tor  not.")
    assert ours.convert_tokens_to_string(tokens) == theirs.convert_tokens_to_string(tokens)
    assert ours.convert_tokens_to_ids(tokens) == theirs.convert_tokens_to_ids(tokens)


def pass_files(ours: Any, theirs: Any, place: Path, lines: list[str] = LINES) -> None:
    """What either library saves, the other loads with equal ids."""
    import transformers

    from triform import AutoTokenizer

    ids = theirs(lines)["input_ids"]
    ours.save_pretrained(place / "ours")
    small = type(theirs).__name__ == "BlenderbotSmallTokenizer"  # its automatic class is a fast one, which takes no such files
    again = type(theirs).from_pretrained(place / "ours") if small else transformers.AutoTokenizer.from_pretrained(place / "ours")
    assert type(again).__name__ == type(theirs).__name__
    assert again(lines)["input_ids"] == ids
    theirs.save_pretrained(place / "theirs")
    mine = AutoTokenizer.from_pretrained(place / "theirs")
    assert type(mine) is type(ours) and mine(lines)["input_ids"] == ids
    once_more = AutoTokenizer.from_pretrained(place / "ours")
    assert once_more(lines)["input_ids"] == ids and dict(once_more.special_tokens_map) == dict(ours.special_tokens_map)


def train_pieces(place: Path, **options: Any) -> Path:
    """A small SentencePiece model of the shared text."""
    import io

    import sentencepiece

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(training_text()), model_writer=out, minloglevel=2, hard_vocab_limit=False, num_threads=1,
        max_sentence_length=8192, **{"character_coverage": 0.98, **options},
    )  # fmt: skip
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(out.getvalue())
    return place
