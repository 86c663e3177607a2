"""Runs a task on texts: tokenizer, model, and what its numbers mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from triform.errors import InputError
from triform.tasks import write
from triform.tasks.choosing import choose_task, installed_backend

TENSORS = {"torch": "pt", "flax": "np", "tf": "tf"}
Row = tuple[Any, ...]


@dataclass
class Result:
    """What a model said.

    Attributes:
        task, cls, backend: what ran.
        columns: names of what each row holds.
        rows: for each input, its answers, best first.
    """

    task: str
    cls: str
    backend: str
    inputs: list[str]
    columns: tuple[str, ...]
    rows: list[list[Row]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        answers = [[dict(zip(self.columns, row)) for row in rows] for rows in self.rows]
        results = [{"input": text, "answers": found} for text, found in zip(self.inputs, answers)]
        return {"task": self.task, "class": self.cls, "backend": self.backend, "results": results}


@dataclass(frozen=True)
class Wishes:
    """How a task is to be done.

    Attributes:
        top: answers per input.
        question: for question answering, asked of every text.
        generation: settings of `generate`, for models that write.
        source_language, target_language: for models that translate between several.
        listener: is told (input, piece of the answer) while a model writes.
    """

    top: int = 5
    question: str | None = None
    generation: dict[str, Any] = field(default_factory=dict)
    source_language: str | None = None
    target_language: str | None = None
    listener: Callable[[str, str], None] | None = None


def run_task(
    name_or_path: str, texts: list[str], *, task: str | None = None, backend: str | None = None, revision: str | None = None,
    wishes: Wishes | None = None,
) -> Result:  # fmt: skip
    """Runs a checkpoint on texts.

    Args:
        task: default: what the checkpoint was made for.
        wishes: how.

    Raises: InputError where there is nothing to run on, or the texts do not suit the task; whatever loading raises.
    """
    from triform.auto.config import AutoConfig
    from triform.auto.factory import auto_model
    from triform.auto.tokenizer import AutoTokenizer

    if not texts:
        raise InputError("There is no input. Give texts as arguments, or one per line on standard input.")
    where = {} if revision is None else {"revision": revision}
    on = installed_backend(backend)
    config = AutoConfig.from_pretrained(name_or_path, **where)
    auto = choose_task(config, task)
    tokenizer = AutoTokenizer.from_pretrained(name_or_path, **where)
    model = auto_model(on, auto).from_pretrained(name_or_path, config=config, **where)
    columns, answer = TASKS[auto]
    made = Call(model, tokenizer, on, wishes or Wishes())
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
        limit = getattr(self.model.config, "max_position_embeddings", None)
        longest = min(self.tokenizer.model_max_length, limit or self.tokenizer.model_max_length)
        return {"truncation": True, "max_length": longest} if longest < 10**9 else {}

    def __call__(self, texts: list[str], pairs: list[str] | None = None) -> tuple[Any, Any]:
        """(the encoding, the output with NumPy arrays)."""
        several = len(texts) > 1
        encoding = self.tokenizer(texts, pairs, padding=several, return_tensors=self.tensors, **self.limits())
        if self.backend == "torch":
            import torch

            with torch.inference_mode():
                out = self.model(**encoding)
        else:
            out = self.model(**encoding)
        return encoding, {name: np.asarray(value) for name, value in out.items() if hasattr(value, "shape")}


def _softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def fill_mask(call: Call, texts: list[str]) -> list[list[Row]]:
    """The likeliest words for the first masked place of each text."""
    mask = call.tokenizer.mask_token
    without = [text for text in texts if mask is None or mask not in text]
    if without:
        raise InputError(f"{without[0]!r} has no {mask or 'mask token'}, which marks the word to fill in.")
    encoding, out = call(texts)
    rows = []
    for i, ids in enumerate(np.asarray(encoding["input_ids"])):
        place = int(np.argmax(ids == call.tokenizer.mask_token_id))
        scores = _softmax(out["logits"][i, place])
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
    scores = 1 / (1 + np.exp(-logits)) if config.problem_type == "multi_label_classification" else _softmax(logits)
    return [[(config.id2label[int(j)], float(row[j])) for j in np.argsort(-row)[: call.wishes.top]] for row in scores]


def tag(call: Call, texts: list[str]) -> list[list[Row]]:
    """The entities of each text, with their spans; B- and I- marks of one kind that touch are one entity."""
    encoding, out = call(texts)
    found = []
    for i, text in enumerate(texts):
        scores = _softmax(out["logits"][i])
        entities: list[list[Any]] = []
        engine = encoding[i]
        for place, (start, end) in enumerate(engine.offsets):
            label = call.model.config.id2label[int(scores[place].argmax())]
            if engine.special_tokens_mask[place] or label == "O" or start == end:
                continue
            kind, score = label.removeprefix("B-").removeprefix("I-"), float(scores[place].max())
            last = entities[-1] if entities else None
            touches = last is not None and last[0] == kind and not text[last[2] : start].strip() and (last[4] == place - 1)
            if touches and last is not None and not label.startswith("B-"):
                last[2], last[3], last[4] = end, [*last[3], score], place
            else:
                entities.append([kind, start, end, [score], place])
        found.append([(kind, text[start:end], start, end, float(np.mean(marks))) for kind, start, end, marks, _ in entities])
    return found


def answer(call: Call, texts: list[str]) -> list[list[Row]]:
    """The spans of each text that best answer the question; at most 30 tokens long."""
    if call.wishes.question is None:
        raise InputError("Question answering needs a question: --question 'Who …?'")
    encoding, out = call([call.wishes.question] * len(texts), texts)
    found = []
    for i, text in enumerate(texts):
        engine = encoding[i]
        inside = np.array([sequence == 1 for sequence in engine.sequence_ids])
        starts, ends = (_softmax(np.where(inside, out[name][i], -1e30)) for name in ("start_logits", "end_logits"))
        spans = np.triu(np.tril(starts[:, None] * ends[None, :], 29))
        best = np.argsort(-spans, axis=None)[: call.wishes.top]
        places = [np.unravel_index(j, spans.shape) for j in best if spans.flat[j] > 0]
        cut = [(engine.offsets[a][0], engine.offsets[b][1], float(spans[a, b])) for a, b in places]
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
