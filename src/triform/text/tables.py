"""TAPAS's tokenizer (Herzig et al., 2020): a question and a table become one row of ids, with seven further numbers for each."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triform.errors import TokenizerError, UnknownKeywordError, nearest
from triform.text.basic import basic_words
from triform.text.cutting import Cut, CutEngine, CutTokenizer
from triform.text.encoding import BatchEncoding
from triform.text.pieces import know
from triform.text.table_values import column_values, comparing, matched, values_in

Coordinates = Sequence[tuple[int, int]]  # row and column of cells, counted from 0
EQUAL, LESS, MORE = 1, 2, 4  # a value of the question, compared with a cell's
OPTIONS = (
    "add_special_tokens", "padding", "truncation", "max_length", "pad_to_multiple_of", "padding_side", "return_tensors",
    "return_token_type_ids", "return_attention_mask", "return_special_tokens_mask", "return_length", "verbose",
)  # fmt: skip


class BertWords:
    """BERT's pieces of words; a token of its own for text that says nothing."""

    def __init__(self, ids: dict[str, int], settings: dict[str, Any], unknown: str) -> None:
        from tokenizers.models import WordPiece

        self._model = WordPiece(ids, unk_token=unknown, max_input_chars_per_word=100)
        self._lower, self._chinese = bool(settings.get("do_lower_case", True)), bool(settings.get("tokenize_chinese_chars", True))
        self._accents, self._empty = settings.get("strip_accents"), str(settings.get("empty_token", "[EMPTY]"))

    def cut(self, text: str) -> list[Cut]:
        if is_empty(text):
            return [(self._empty, 0, len(text))]
        given = "".join([character.lower() for character in text]) if self._lower else text
        words = basic_words(given, self._lower, self._chinese, self._accents)
        return [(token.value, 0, 0) for word in words for token in self._model.tokenize(word)]

    def join(self, tokens: Sequence[str]) -> str:
        return " ".join(tokens).replace(" ##", "").strip()


def build_tapas(files: dict[str, Path], settings: dict[str, Any], special: dict[str, Any]) -> Any:
    """The engine that cuts questions and cells."""
    from triform.text.wordpiece import read_vocabulary

    ids = read_vocabulary(files["vocab_file"])
    engine = CutEngine(ids, special["unk_token"], BertWords(ids, settings, special["unk_token"]))
    know(engine, {}, settings, special, {})
    return engine


@dataclass(frozen=True)
class Table:
    """A table of texts; `rows` are without the header."""

    header: list[str]
    rows: list[list[str]]

    @classmethod
    def of(cls, table: Any) -> "Table":
        """A table from a mapping of columns, a list of rows of which the first is the header, or a DataFrame of pandas.

        Raises: TokenizerError for anything else, and for rows that differ in length.
        """
        if isinstance(table, Table):
            return table
        if hasattr(table, "columns") and hasattr(table, "values"):
            return cls([str(name) for name in table.columns], [[str(cell) for cell in row] for row in table.values])
        if isinstance(table, Mapping):
            lengths = {str(name): len(column) for name, column in table.items()}
            if len(set(lengths.values())) > 1:
                raise TokenizerError(f"The columns of a table differ in length: {lengths}.")
            return cls(list(lengths), [[str(cell) for cell in row] for row in zip(*table.values())])
        if isinstance(table, (list, tuple)) and table and all(isinstance(row, (list, tuple)) for row in table):
            if len({len(row) for row in table}) > 1:
                raise TokenizerError(f"The rows of a table differ in length: {[len(row) for row in table]}.")
            header, *rows = [[str(cell) for cell in row] for row in table]
            return cls(header, rows)
        kind = type(table).__name__
        raise TokenizerError(f"table is a {kind}; expected a mapping of columns, a list of rows (the header first), or a pandas DataFrame.")

    def cells(self) -> list[list[str]]:
        """All rows, the header first."""
        return [self.header, *self.rows]


def is_empty(text: str) -> bool:
    """Whether a cell says nothing: punctuation alone, or a word for that."""
    text = text.lower().strip()
    return text in ("n/a", "?", "nan") or not re.sub(r"[\W_]+", "", text)


class TapasTokenizer(CutTokenizer):
    """A tokenizer of tables: `tokenizer(table=table, queries="How many?")`.

    `token_type_ids` has, for each token: whether it is the table's, column, row, whether it answered the question before, the rank of its
    cell in the column and the rank from the other end, and how values of the question compare with it.
    """

    def __call__(  # type: ignore[override]
        self, table: Any, queries: Any = None, answer_coordinates: Any = None, answer_text: Any = None, **options: Any
    ) -> BatchEncoding:
        """Encodes one question about a table, or several that were asked one after the other.

        Args:
            table: a mapping of columns, a list of rows of which the first is the header, or a DataFrame.
            queries: a str, or a list of str.
            answer_coordinates, answer_text: the answer's cells (row, column) and words, of each question; give `labels`.
            **options: padding; truncation=False | True | "drop_rows_to_fit"; max_length; pad_to_multiple_of; padding_side; return_tensors;
                add_special_tokens, return_token_type_ids, return_attention_mask, return_special_tokens_mask, return_length, verbose.

        Raises: TokenizerError; UnknownKeywordError for a typing slip.
        """
        wrong = [name for name in options if name not in OPTIONS]
        if wrong:
            raise UnknownKeywordError(f"TapasTokenizer takes no {wrong[0]!r}.{nearest(wrong[0], OPTIONS)} It takes: {', '.join(OPTIONS)}.")
        if (answer_coordinates is None) != (answer_text is None):
            raise TokenizerError("answer_coordinates and answer_text belong together: give both.")
        if answer_text is not None and self.settings.get("update_answer_coordinates"):
            raise TokenizerError("update_answer_coordinates=True: cells are not looked for by an answer's text. Give their coordinates.")
        several = isinstance(queries, (list, tuple))
        questions = list(queries) if several else ["" if queries is None else queries]
        if not all(isinstance(question, str) for question in questions) or not questions:
            raise TokenizerError(f"queries is {queries!r}; expected a str, or a list of str.")
        answers = [None] * len(questions) if answer_coordinates is None else list(answer_coordinates) if several else [answer_coordinates]
        if len(answers) != len(questions):
            raise TokenizerError(f"There are {len(questions)} queries and answers to {len(answers)}.")
        rows = self._rows(Table.of(table), questions, answers, options)
        return self._made(rows, several, options)

    # ---- the parts of a row

    def _rows(self, table: Table, questions: list[str], answers: list[Any], options: dict[str, Any]) -> list[dict[str, Any]]:
        cut = self._cut_all([*questions, *(cell for row in table.cells() for cell in row)])
        width = len(table.header)
        self._check_size(table)
        parts = cut[len(questions) :]
        cells = [parts[at : at + width] for at in range(0, len(parts), width)] if width else [[]]
        if self.settings.get("strip_column_names"):
            cells[0] = [[] for _ in cells[0]]
        columns = [column_values([row[c] for row in table.rows]) for c in range(width)]
        before: Any = None
        rows = []
        for i, question in enumerate(questions):
            rows.append(self._row(self._question(cut[i]), question, cells, columns, answers[i], before, options))
            before = answers[i]
        return rows

    def _cut_all(self, texts: list[str]) -> list[list[str]]:
        with self._lock:
            self.backend_tokenizer.no_truncation()
            self.backend_tokenizer.no_padding()
            return [made.tokens for made in self.backend_tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _check_size(self, table: Table) -> None:
        for what, count in (("column", len(table.header)), ("row", len(table.rows))):
            most = self.settings.get(f"max_{what}_id") or self.model_max_length
            if count >= most:
                raise TokenizerError(f"The table has {count} {what}s; max_{what}_id={most} allows fewer.")

    def _question(self, tokens: list[str]) -> list[str]:
        least, most = self.settings.get("min_question_length"), self.settings.get("max_question_length")
        return [] if (least is not None and len(tokens) < least) or (most is not None and len(tokens) > most) else tokens

    def _row(
        self, tokens: list[str], question: str, cells: list[list[list[str]]], columns: list[dict[int, Any]], answer: Any, before: Any,
        options: dict[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        count, longest = self._fitting(len(tokens), cells, options)
        relations = _relations(question, columns)
        ranks = [_ranks(values) for values in columns]
        first = [str(self.cls_token), *tokens, str(self.sep_token)]
        row: dict[str, Any] = {"tokens": first, "token_type_ids": [[0] * 7 for _ in first], "end": len(first) - 1}
        values, scales = [math.nan] * len(first), [1.0] * len(first)
        labels = [0] * len(first)
        for r in range(count + 1):
            for c, cell in enumerate(cells[r]):
                kept = _words(cell, longest)
                rank, inverse = ranks[c].get(r - 1, (0, 0))
                place = (r - 1, c)
                was = int(before is not None and r > 0 and place in {tuple(pair) for pair in before})
                row["tokens"] += kept
                row["token_type_ids"] += [[1, c + 1, r, was, rank, inverse, relations.get(place, 0)] for _ in kept]
                labels += [int(answer is not None and place in {tuple(pair) for pair in answer})] * len(kept)
                value = columns[c].get(r - 1) if r else None
                values += [value if isinstance(value, float) else math.nan] * len(kept)
                scales += [float(len(kept)) if r and len(kept) > 1 else 1.0] * len(kept)
        if answer is not None:
            row |= {"labels": labels, "numeric_values": values, "numeric_values_scale": scales}
        return row

    def _fitting(self, asked: int, cells: list[list[list[str]]], options: dict[str, Any]) -> tuple[int, int]:
        """(how many rows are kept, how many tokens of a cell): as many as max_length has room for, where rows may be dropped."""
        rows, most = len(cells) - 1, max((len(cell) for row in cells for cell in row), default=0)
        strategy = getattr(options.get("truncation"), "value", options.get("truncation"))
        if strategy in (None, False, "do_not_truncate"):
            self._check_length(asked + 2 + _size(cells, rows, most), options)
            return rows, most
        if strategy not in (True, "drop_rows_to_fit"):
            raise TokenizerError(f"truncation={strategy!r}; TAPAS knows True, 'drop_rows_to_fit' and False.")
        room = (options.get("max_length") or self.model_max_length) - asked - 2
        trim = int(self.settings.get("cell_trim_length", -1))
        for kept in range(rows, 0, -1):
            for longest in [trim] if trim >= 0 else range(most, 0, -1):
                if _size(cells, kept, longest) <= room:
                    return kept, longest
        self._check_length(asked + 2 + _size(cells, 0, 1), options)
        return 0, 1

    def _check_length(self, length: int, options: dict[str, Any]) -> None:
        most = options.get("max_length")
        if most is not None and length > most:
            raise TokenizerError(
                f"The question and the table have {length} tokens, and max_length={most}. Drop rows: truncation='drop_rows_to_fit'."
            )

    # ---- a call's result

    def _made(self, rows: list[dict[str, Any]], several: bool, options: dict[str, Any]) -> BatchEncoding:
        data: dict[str, Any] = {"input_ids": [self.convert_tokens_to_ids(row["tokens"]) for row in rows]}
        lengths = [len(ids) for ids in data["input_ids"]]
        if options.get("return_attention_mask") is not False:
            data["attention_mask"] = [[1] * length for length in lengths]
        for name in ("labels", "numeric_values", "numeric_values_scale"):
            if name in rows[0]:
                data[name] = [row[name] for row in rows]
        if options.get("return_token_type_ids") is not False:
            data["token_type_ids"] = [row["token_type_ids"] for row in rows]
        if options.get("return_special_tokens_mask"):
            masks = []
            for row in rows:
                masks.append([int(i in (0, row["end"])) for i in range(len(row["tokens"]))])
            data["special_tokens_mask"] = masks
        if options.get("add_special_tokens") is False:
            data["input_ids"] = [ids[1 : row["end"]] + ids[row["end"] + 1 :] for ids, row in zip(data["input_ids"], rows)]
        if options.get("return_length"):
            data["length"] = lengths
        self._pad(data, lengths, options)
        kind = options.get("return_tensors")
        if not several and kind is None:
            data = {name: value[0] for name, value in data.items()}
        return BatchEncoding(data, tensor_type=kind)

    def _pad(self, data: dict[str, Any], lengths: list[int], options: dict[str, Any]) -> None:
        from triform.text.calling import PADDING, mode

        how = mode("padding", options.get("padding"), PADDING)
        if how is None:
            return
        width = (options.get("max_length") or self.model_max_length) if how == "max_length" else max(lengths)
        step = options.get("pad_to_multiple_of")
        width = -(-width // step) * step if step else width
        fill = {
            "input_ids": self.pad_token_id, "attention_mask": 0, "token_type_ids": [0] * 7, "labels": 0,
            "numeric_values": math.nan, "numeric_values_scale": 1.0, "special_tokens_mask": 1,
        }  # fmt: skip
        left = (options.get("padding_side") or self.padding_side) == "left"
        for name in fill.keys() & data.keys():
            rests = [[fill[name]] * (width - len(row)) for row in data[name]]
            data[name] = [rest + row if left else row + rest for row, rest in zip(data[name], rests)]

    def convert_logits_to_predictions(
        self, data: Mapping[str, Any], logits: Any, logits_agg: Any = None, cell_classification_threshold: float = 0.5
    ) -> tuple[Any, ...]:
        """The cells (row, column) that a model chose for each question, and the numbers of the aggregations.

        Args:
            data: what a call gave. logits: (B, T), of tokens. logits_agg: (B, K), of aggregations.
            cell_classification_threshold: how likely a cell must be, on average over its tokens.
        """
        import numpy as np

        plain = lambda value: np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        chances = 1 / (1 + np.exp(-np.clip(plain(logits).astype(np.float64), -88.7, 88.7))) * plain(data["attention_mask"])
        chosen = []
        for chance, types in zip(chances, plain(data["token_type_ids"])):
            of_cells = (types[:, 0] == 1) & (types[:, 1] > 0) & (types[:, 2] > 0)
            places = sorted(
                {(int(row) - 1, int(column) - 1) for column, row in types[of_cells][:, 1:3]}, key=lambda place: (place[1], place[0])
            )
            likely = lambda row, column, chance=chance, types=types: chance[(types[:, 1] == column + 1) & (types[:, 2] == row + 1)].mean()
            chosen.append(sorted(place for place in places if likely(*place) > cell_classification_threshold))
        return (chosen,) if logits_agg is None else (chosen, plain(logits_agg).argmax(axis=-1).tolist())


def _words(cell: list[str], longest: int) -> list[str]:
    """The words of a cell that begin within so many tokens."""
    kept: list[str] = []
    start = 0
    for i, token in enumerate(cell):
        if not token.startswith("##"):
            start = i
        if start < longest:
            kept.append(token)
    return kept


def _size(cells: list[list[list[str]]], rows: int, longest: int) -> int:
    return sum(len(_words(cell, longest)) for row in cells[: rows + 1] for cell in row)


def _ranks(values: dict[int, Any]) -> dict[int, tuple[int, int]]:
    """Row -> its rank among a column's values, from the least and from the most."""
    key = comparing(list(values.values())) if values else None
    if key is None:
        return {}
    order = sorted({key(value) for value in values.values()})
    return {row: (order.index(key(value)) + 1, len(order) - order.index(key(value))) for row, value in values.items()}


def _relations(question: str, columns: Iterable[dict[int, Any]]) -> dict[tuple[int, int], int]:
    """(row, column) -> how values of the question compare with the cell's, as a sum of EQUAL, LESS and MORE."""
    asked = [value for values in values_in(matched(question)) for value in values]
    found: dict[tuple[int, int], int] = {}
    for c, values in enumerate(columns):
        for value in asked:
            key = comparing([*values.values(), value]) if values else None
            if key is None:
                continue
            for row, cell in values.items():
                one, other = key(value), key(cell)
                found[row, c] = found.get((row, c), 0) | (EQUAL if one == other else LESS if one < other else MORE)
    return found
