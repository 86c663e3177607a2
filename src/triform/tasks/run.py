"""Runs a task on texts: tokenizer, model, and what its numbers mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.image.post.arrays import sigmoid, softmax
from triform.tasks import see, write
from triform.tasks.asking import TENSORS, asked
from triform.tasks.choosing import choose_task, installed_backend
from triform.tasks.wishes import Row, Wishes


@dataclass
class Result:
    """What a model said.

    Attributes:
        task, cls, backend: what ran.
        columns: names of what each row holds.
        rows: for each input, its answers, best first.
        pictures: files that were drawn.
    """

    task: str
    cls: str
    backend: str
    inputs: list[str]
    columns: tuple[str, ...]
    rows: list[list[Row]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        answers = [[dict(zip(self.columns, row)) for row in rows] for rows in self.rows]
        results = [{"input": text, "answers": found} for text, found in zip(self.inputs, answers)]
        drawn = {"pictures": self.pictures} if self.pictures else {}
        return {"task": self.task, "class": self.cls, "backend": self.backend, "results": results, **drawn}


def run_task(
    name_or_path: str, texts: list[str], *, task: str | None = None, backend: str | None = None, revision: str | None = None,
    wishes: Wishes | None = None,
) -> Result:  # fmt: skip
    """Runs a checkpoint on texts, or on images, by their paths or addresses.

    Args:
        task: default: what the checkpoint was made for.
        wishes: how.

    Raises: InputError where there is nothing to run on, or the texts do not suit the task; whatever loading raises.
    """
    from triform.auto.config import AutoConfig
    from triform.auto.factory import auto_model
    from triform.auto.tokenizer import AutoTokenizer

    if not texts:
        raise InputError("There is no input. Give texts, or images, as arguments, or one per line on standard input.")
    where = {} if revision is None else {"revision": revision}
    on = installed_backend(backend)
    config = AutoConfig.from_pretrained(name_or_path, **where)
    auto = choose_task(config, task)
    wished = wishes or Wishes()
    if auto in see.TASKS:
        model = auto_model(on, auto).from_pretrained(name_or_path, config=config, **where)
        rows, drawn = see.run_on_images(auto, name_or_path, model, on, texts, wished, where)
        named = auto.removeprefix("AutoModelFor")
        return Result(named, type(model).__name__, on, texts, see.TASKS[auto][0], rows, [str(path) for path in drawn])
    tokenizer = AutoTokenizer.from_pretrained(name_or_path, **where)
    model = auto_model(on, auto).from_pretrained(name_or_path, config=config, **where)
    columns, answer = TASKS[auto]
    made = Call(model, tokenizer, on, wished)
    return Result(
        auto.removeprefix("AutoModelFor").replace("AutoModel", "similarity"), type(model).__name__, on, texts, columns, answer(made, texts)
    )


@dataclass
class Call:
    """A model ready to be asked."""

    model: Any
    tokenizer: Any
    backend: str
    wishes: Wishes

    @property
    def tensors(self) -> str:
        """What the tokenizer gives."""
        return TENSORS[self.backend]

    def limits(self) -> dict[str, Any]:
        """Keywords of the tokenizer that cut a text to what the model can place."""
        config = self.model.config
        limit = getattr(config, "longest_text", None) or getattr(config, "max_position_embeddings", None)
        longest = min(self.tokenizer.model_max_length, limit or self.tokenizer.model_max_length)
        return {"truncation": True, "max_length": longest} if longest < 10**9 else {}

    def __call__(self, texts: list[str], pairs: list[str] | None = None) -> tuple[Any, Any]:
        """(the encoding, the output with NumPy arrays)."""
        several = len(texts) > 1
        encoding = self.tokenizer(texts, pairs, padding=several, return_tensors=self.tensors, **self.limits())
        out = asked(self.model, self.backend, encoding)
        return encoding, {name: np.asarray(value) for name, value in out.items() if hasattr(value, "shape")}


def fill_mask(call: Call, texts: list[str]) -> list[list[Row]]:
    """The likeliest words for the first masked place of each text."""
    mask = call.tokenizer.mask_token
    without = [text for text in texts if mask is None or mask not in text]
    if without:
        raise InputError(f"{without[0]!r} has no {mask or 'mask token'}, which marks the word to fill in.")
    encoding, out = call(texts)
    rows = []
    for i, ids in enumerate(np.asarray(encoding["input_ids"])):
        if call.tokenizer.mask_token_id not in ids:
            raise InputError(f"{mask} stands behind the {len(ids)} tokens that the model reads. Shorten the text.")
        place = int(np.argmax(ids == call.tokenizer.mask_token_id))
        scores = softmax(out["logits"][i, place])
        best = np.argsort(-scores)[: call.wishes.top]
        words = [call.tokenizer.decode([int(j)]).strip() for j in best]
        rows.append([(word, float(scores[j]), texts[i].replace(mask, word, 1)) for word, j in zip(words, best)])
    return rows


def classify(call: Call, texts: list[str]) -> list[list[Row]]:
    """The labels of each text, likeliest first."""
    _, out = call(texts)
    config = call.model.config
    logits = out["logits"]
    if config.problem_type == "regression" or config.num_labels == 1:
        return [[(config.id2label[j], float(score)) for j, score in enumerate(row)] for row in logits]
    scores = sigmoid(logits) if config.problem_type == "multi_label_classification" else softmax(logits)
    return [[(config.id2label[int(j)], float(row[j])) for j in np.argsort(-row)[: call.wishes.top]] for row in scores]


@dataclass
class Span:
    """A word, or an entity, in a text."""

    label: str
    start: int
    end: int
    scores: list[float]
    word: int | None = None

    @property
    def kind(self) -> str:
        return self.label.removeprefix("B-").removeprefix("I-")


def tag(call: Call, texts: list[str]) -> list[list[Row]]:
    """The entities of each text, with their spans. The first piece of a word decides for it; words of one kind that touch are one entity,
    unless a B- begins another."""
    encoding, out = call(texts)
    found = []
    for i, text in enumerate(texts):
        entities: list[Span] = []
        last = None
        for word in _words(encoding[i], softmax(out["logits"][i]), call.model.config.id2label, text):
            if word.label != "O":
                joins = last is not None and last.kind == word.kind and not word.label.startswith("B-")
                if joins and not text[entities[-1].end : word.start].strip():
                    entities[-1].end = word.end
                    entities[-1].scores += word.scores
                else:
                    entities.append(word)
            last = word
        found.append([(e.kind, text[e.start : e.end], e.start, e.end, float(np.mean(e.scores))) for e in entities])
    return found


def _words(engine: Any, scores: np.ndarray, labels: dict[int, str], text: str) -> list[Span]:
    """The words of a text, each with the label of its first piece."""
    words: list[Span] = []
    for place, (offsets, word) in enumerate(zip(engine.offsets, engine.word_ids)):
        start, end = _trimmed(text, *offsets)
        if engine.special_tokens_mask[place] or start == end:
            continue
        if words and word is not None and words[-1].word == word:
            words[-1].end = end
        else:
            words.append(Span(labels[int(scores[place].argmax())], start, end, [float(scores[place].max())], word))
    return words


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the spaces at its ends: some tokenizers count the one before a word to it."""
    cut = text[start:end]
    return start + len(cut) - len(cut.lstrip()), end - (len(cut) - len(cut.rstrip()) if cut.strip() else 0)


def answer(call: Call, texts: list[str]) -> list[list[Row]]:
    """The spans of each text that best answer the question; at most 30 tokens long."""
    if call.wishes.question is None:
        raise InputError("Question answering needs a question: --question 'Who …?'")
    encoding, out = call([call.wishes.question] * len(texts), texts)
    found = []
    for i, text in enumerate(texts):
        engine = encoding[i]
        inside = np.array([sequence == 1 for sequence in engine.sequence_ids])
        starts, ends = (softmax(np.where(inside, out[name][i], -1e30)) for name in ("start_logits", "end_logits"))
        spans = np.triu(np.tril(starts[:, None] * ends[None, :], 29))
        best = np.argsort(-spans, axis=None)[: call.wishes.top]
        places = [np.unravel_index(j, spans.shape) for j in best if spans.flat[j] > 0]
        cut = [(*_trimmed(text, engine.offsets[a][0], engine.offsets[b][1]), float(spans[a, b])) for a, b in places]
        found.append([(text[start:end], start, end, score) for start, end, score in cut])
    return found


def compare(call: Call, texts: list[str]) -> list[list[Row]]:
    """For each text, those of the others that are nearest, by the mean of the token states."""
    encoding, out = call(texts)
    mask = np.asarray(encoding["attention_mask"])[..., None]
    vectors = (out["last_hidden_state"] * mask).sum(1) / mask.sum(1)
    if len(texts) == 1:
        return [[("(embedding)", ", ".join(f"{x:.4f}" for x in vectors[0][:8]) + ", …")]]
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    near = vectors @ vectors.T
    return [[(texts[j], float(near[i, j])) for j in np.argsort(-near[i]) if j != i][: call.wishes.top] for i in range(len(texts))]


TASKS: dict[str, tuple[tuple[str, ...], Callable[[Call, list[str]], list[list[Row]]]]] = {
    "AutoModelForMaskedLM": (("word", "score", "text"), fill_mask),
    "AutoModelForSequenceClassification": (("label", "score"), classify),
    "AutoModelForTokenClassification": (("entity", "text", "start", "end", "score"), tag),
    "AutoModelForQuestionAnswering": (("answer", "start", "end", "score"), answer),
    "AutoModelForCausalLM": (("text",), write.write),
    "AutoModelForSeq2SeqLM": (("text",), write.answer),
    "AutoModel": (("nearest", "cosine"), compare),
}
