"""Encoding and decoding 10,000 sentences, and the time from a fresh process to the first encoding: ours, the reference's and the engine alone.

    python benchmarks/tokenization.py [--reference PYTHON] [--rounds 7] [--output benchmarks/RESULTS.md]

`--reference` is the Python of an environment with the reference library in version 5. Each run is a process of its own, and the runs of the
candidates alternate. Both sides read the same tokenizer.json.
"""

import json
import random
import statistics
import sys
import tempfile
from pathlib import Path

from frame import ROOT, arguments_of, section, whole

LOAD = {
    "triform": "import triform; k = triform.AutoTokenizer.from_pretrained({folder!r})",
    "reference": "import transformers as t; k = t.AutoTokenizer.from_pretrained({folder!r})",
    "engine alone": "import tokenizers; k = tokenizers.Tokenizer.from_file({folder!r} + '/tokenizer.json')",
}
JOBS = {
    "encode 10,000 sentences": ("k(texts)", "k.encode_batch(texts)"),
    "encode, pad, truncate, NumPy": ("k(texts, padding=True, truncation=True, max_length=24, return_tensors='np')", None),
    "encode 10,000 pairs, offsets": ("k(texts, texts[::-1], return_offsets_mapping=True)", "k.encode_batch(list(zip(texts, texts[::-1])))"),
    "encode 10,000, one call each": ("[k(text) for text in texts]", "[k.encode(text) for text in texts]"),
    "decode 10,000 rows": ("k.batch_decode(rows)", "k.decode_batch(rows)"),
}
TIMED = """
import json, time
texts = json.load(open({texts!r}))
out = {{}}
rows = k(texts)['input_ids'] if hasattr(k, 'batch_decode') else [e.ids for e in k.encode_batch(texts)]
for name, job in json.load(open({jobs!r})).items():
    call = compile(job, name, 'eval')
    best = 9e9
    for _ in range(2):
        began = time.perf_counter(); made = eval(call); best = min(best, time.perf_counter() - began)
        del made
    out[name] = best
print(json.dumps(out))
"""


def prepare(folder: Path) -> tuple[dict[str, str], Path]:
    """(kind -> a folder with its tokenizer.json, the file with the sentences)."""
    from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer

    draw = random.Random(0)
    prose = " ".join((ROOT / name).read_text(encoding="utf-8") for name in ("LICENSE", "README.md", "docs/architecture.md")).split()
    texts = [" ".join(draw.choices(prose, k=draw.randint(5, 40))) for _ in range(10_000)]
    (folder / "texts.json").write_text(json.dumps(texts))
    places = {}
    for kind, engine in (("BertTokenizer", BertWordPieceTokenizer()), ("GPT2Tokenizer", ByteLevelBPETokenizer())):
        place = folder / kind
        place.mkdir()
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<|endoftext|>"]
        engine.train_from_iterator(
            [*texts, *(f"word{i}" for i in range(30_000))], vocab_size=30_522, min_frequency=1, special_tokens=special, show_progress=False
        )
        engine.save(str(place / "tokenizer.json"))
        engine.save_model(str(place))
        (place / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": kind, "pad_token": "[PAD]" if kind[0] == "B" else "<|endoftext|>", "model_max_length": 512})
        )
        places[kind] = str(place)
    return places, folder / "texts.json"


def main() -> None:
    parser = arguments_of(__doc__, 7)
    arguments = parser.parse_args()
    candidates = [name for name in LOAD if name != "reference" or arguments.reference]
    measured: dict[tuple[str, str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        places, texts = prepare(Path(temporary))
        jobs = {}
        for name in candidates:
            jobs[name] = Path(temporary) / f"{name}.json"
            mine = {job: codes[name == "engine alone"] for job, codes in JOBS.items()}
            jobs[name].write_text(json.dumps({job: code for job, code in mine.items() if code}))
        for kind, folder in places.items():
            for i in range(arguments.rounds + 1):
                for name in candidates:
                    python = arguments.reference if name == "reference" else sys.executable
                    load = LOAD[name].format(folder=folder)
                    first = "k.encode('a b')" if name == "engine alone" else "k('a b')"
                    seconds, _ = whole(python, f"{load}; {first}")
                    timed = json.loads(whole(python, load + TIMED.format(texts=str(texts), jobs=str(jobs[name])))[1])
                    for job, value in {"fresh process to the first encoding": seconds, **timed}.items():
                        if i:  # the first round warms the disk
                            measured.setdefault((kind, job, name), []).append(value)
    rows = [(*key, statistics.median(values) * 1000) for key, values in measured.items()]
    write(arguments.output, rows, arguments.rounds)


def write(path: Path, rows: list[tuple[str, str, str, float]], rounds: int) -> None:
    """The table as a section."""
    times = {(kind, job, name): ms for kind, job, name, ms in rows}
    names = list(dict.fromkeys(name for _, _, name, _ in rows))
    lines = []
    for kind, job in dict.fromkeys((kind, job) for kind, job, _, _ in rows):
        cells = [f"{times[kind, job, name]:.0f} ms" if (kind, job, name) in times else "" for name in names]
        ratio = f"{times[kind, job, 'reference'] / times[kind, job, 'triform']:.2f} x" if (kind, job, "reference") in times else ""
        lines.append((kind, job, *cells, ratio))
        print(*lines[-1], sep="  ")
    section(
        path, "Tokenizers: 10,000 sentences, and the first encoding",
        f"Medians of {rounds} processes each, in turns; within a process the better of two. Made by `python benchmarks/tokenization.py`.",
        ("tokenizer", "task", *names, "of the reference's speed"), lines,
    )  # fmt: skip


if __name__ == "__main__":
    main()
