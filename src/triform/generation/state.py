"""What a search knows while it runs: values of fixed shapes, so that a compiled loop can carry them.

Shapes  R rows (prompts, or beams of prompts), B prompts, K beams, C capacity: slots for the prompt and all new tokens, V vocabulary
"""

from typing import Any, NamedTuple


class Beams(NamedTuple):
    """What beam search keeps beside its rows.

    Attributes:
        scores: (B, K) sums of log p of the running texts, best first.
        texts: (B, K, C) ended texts; grades (B, K): their scores, best first, NEVER where there is none.
        open: (B, 1) bool: a running text may still beat the worst ended one.
        parents, ancestry: (B, K, C) for each token of a running, of an ended text, the row that chose it; -1 where there is none.
    """

    scores: Any
    texts: Any
    grades: Any
    open: Any
    parents: Any
    ancestry: Any


class State(NamedTuple):
    """Where a search stands.

    Attributes:
        step: tokens chosen so far. limit: tokens wanted. slot: the slot of the next token: counters.
        last: (R,) the tokens chosen last.
        tokens: (R, C) all tokens by slot, those of the prompt included; real (R, C) bool: which slots hold one.
        done: (R,) bool: rows that have ended.
        key: of the random numbers; () where nothing is drawn.
        source: () or (tokens (R, S), real (R, S)) of the encoder's text.
        beams: () or Beams.
    """

    step: Any
    limit: Any
    slot: Any
    last: Any
    tokens: Any
    real: Any
    done: Any
    key: Any = ()
    source: Any = ()
    beams: Any = ()
