"""Small vocabularies, trained once per session on the text that the repository ships."""

import json

import pytest
from corpus import training_text

NAMED = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "<pad>", "</s>", "<unk>", "<mask>", "<cls>", "<sep>", "[QUESTION]"]


@pytest.fixture(scope="session")
def wordpiece(tmp_path_factory):
    """A folder with a vocab.txt."""
    from tokenizers import BertWordPieceTokenizer

    trained = BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator(training_text(), vocab_size=1500, min_frequency=1, special_tokens=NAMED, show_progress=False)
    folder = tmp_path_factory.mktemp("wordpiece")
    trained.save_model(str(folder))
    return folder


@pytest.fixture(scope="session")
def byte_level(tmp_path_factory):
    """A folder with a vocab.json and a merges.txt."""
    from tokenizers import ByteLevelBPETokenizer

    trained = ByteLevelBPETokenizer()
    special = [*NAMED, "<|startoftext|>", "<|endoftext|>"]
    trained.train_from_iterator(training_text(), vocab_size=900, min_frequency=1, special_tokens=special, show_progress=False)
    folder = tmp_path_factory.mktemp("byte_level")
    trained.save_model(str(folder))
    return folder


@pytest.fixture(scope="session")
def clip_pieces(tmp_path_factory):
    """A folder with a vocab.json and a merges.txt whose last pieces of words are marked."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    engine = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    engine.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    engine.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|startoftext|>", "<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=1100, end_of_word_suffix="</w>", initial_alphabet=alphabet, special_tokens=[*alphabet, *(f"{c}</w>" for c in alphabet), *special],
        show_progress=False,
    )  # fmt: skip
    engine.train_from_iterator(training_text(), trainer)
    folder = tmp_path_factory.mktemp("clip")
    engine.model.save(str(folder))
    return folder


@pytest.fixture(scope="session")
def whisper_files(byte_level, tmp_path_factory):
    """A folder with Whisper's files: the end of the text comes last, then languages, tasks and times as added tokens."""
    folder = tmp_path_factory.mktemp("whisper")
    pieces = json.loads((byte_level / "vocab.json").read_text(encoding="utf-8"))
    words = sorted((word for word in pieces if word != "<|endoftext|>"), key=pieces.__getitem__)
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate([*words, "<|endoftext|>"])}), encoding="utf-8")
    (folder / "merges.txt").write_bytes((byte_level / "merges.txt").read_bytes())
    asked = ["en", "zh", "de", "fr", "translate", "transcribe", "startoflm", "startofprev", "nocaptions", "notimestamps"]
    special = ["<|startoftranscript|>", *(f"<|{name}|>" for name in asked)]
    added = [*special, *(f"<|{i * 0.02:.2f}|>" for i in range(1501))]
    (folder / "added_tokens.json").write_text(json.dumps({token: len(pieces) + i for i, token in enumerate(added)}))
    end = "<|endoftext|>"
    named = {"bos_token": end, "eos_token": end, "unk_token": end, "pad_token": end}
    (folder / "special_tokens_map.json").write_text(json.dumps({**named, "additional_special_tokens": [end, *special]}))
    return folder
