"""Chat templates: results against the reference, files, tools, the assistant's mask."""

import json
from typing import Any, Literal

import pytest

from triform import AutoTokenizer, GPT2Tokenizer
from triform.errors import CorruptFileError, InputError, TokenizerError
from triform.text.tools import tool_schema

pytestmark = pytest.mark.xdist_group("reference tokenizers")

CHATML = """{%- for message in messages %}
    {%- if loop.first and message['role'] != 'system' %}
{{ '<|im_start|>system\\nYou help.<|im_end|>\\n' }}
    {%- endif %}
    {{- '<|im_start|>' + message['role'] + '\\n' }}
    {%- if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
"""
TOOLS = """{{ bos_token }}{% if tools %}[TOOLS]{{ tools | tojson }}{% for t in tools %}
{{ t.function.name }}: {{ t['function']['description'] | trim }} {{ t | tojson(indent=2) }}{% endfor %}{% endif %}
{% for d in documents or [] %}{{ loop.index }}/{{ loop.length }} {{ d.title | upper }}: {{ d['text'] }}
{% endfor %}
{% set ns = namespace(users=0) %}
{% for m in messages %}
    {% if m.role == 'skip' %}{% continue %}{% endif %}
    {% if m.role == 'stop' %}{% break %}{% endif %}
    {% set ns.users = ns.users + (1 if m.role == 'user' else 0) %}
{{ m.role ~ ': ' ~ m.content | trim }}{{ ', last' if loop.last }}{{ (m.tools or []) | length }}
    {% if m.role == 'bad' %}{{ raise_exception('no role ' + m.role) }}{% endif %}
{% endfor %}
{{ ns.users }}{{ eos_token }}{% macro show(x, n=2) %}<{{ x * n }}>{% endmacro %}{{ show('ab') }}{{ show('c', n=3) }}
{{ [1, 2, 3] | map('string') | join(',') }} {{ {'é': 1, 'a': [true, none]} | tojson }} {{ 'x' if undefined_name is not defined }}
{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages[1:] | length }} {{ (messages | first).role }}
{{ extra_name }} {{ '%s-%d' % ('a', 3) }} {{ 'a,b'.split(',') }} {{ strftime_now('%Y') | length }} {{ range(3) | list }}"""
TALK = [
    {"role": "user", "content": "  Wie geht's? <b> & \"x\" 😀 "}, {"role": "assistant", "content": "Gut, danke.  "}, {"role": "skip", "content": "x"},
    {"role": "user", "content": "日本語?", "tools": [1, 2]}, {"role": "assistant", "content": "はい。Yes."},
]  # fmt: skip
DOCUMENTS = [{"title": "one", "text": "a"}, {"title": "zwei", "text": "ß"}]


def weather(
    city: str, days: int = 1, unit: str | None = None, kind: Literal["rain", "sun"] = "sun", more: list[dict[str, float]] | None = None
) -> str:
    """
    Says the weather.
    In two lines.

    Args:
        city: where; with a colon: here
        days: how many days
            to look ahead
        unit: of temperature (choices: ["celsius", "fahrenheit"])
        kind: what of
        more: anything

    Returns:
        A sentence
        or two.
    """
    return f"{city} {days} {unit} {kind} {more}"


def everything(
    a: Any, b: bool, c: dict, d: tuple[int, str], e: int | str, f: int | str | None, g: Literal[1, 2], h: Literal[1, "x"], i: float
) -> None:
    """Everything at once.

    Args:
        a: a
        b: b
        c: c
        d: d
        e: e
        f: f
        g: g
        h: h
        i: i
    """


def nothing() -> int:
    """Nothing is asked."""
    return 0


@pytest.fixture(scope="module")
def both(byte_level):
    transformers = pytest.importorskip("transformers")
    named = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    return GPT2Tokenizer.from_pretrained(byte_level, **named), transformers.GPT2TokenizerFast.from_pretrained(byte_level, **named)


def same(both, *args, **kwargs):
    made, yours = (tokenizer.apply_chat_template(*args, **kwargs) for tokenizer in both)
    if hasattr(made, "items"):
        assert dict(made) == dict(yours)
    else:
        assert made == yours
    return made


@pytest.mark.parametrize("template", [CHATML, TOOLS])
@pytest.mark.parametrize(
    "asked",
    [{}, {"add_generation_prompt": True}, {"tools": [weather, everything, nothing]}, {"documents": DOCUMENTS, "extra_name": "given"}],
)
def test_texts(both, template, asked):
    for tokenize in (False, True):
        same(both, TALK, chat_template=template, tokenize=tokenize, **asked)
        same(both, [TALK, TALK[:1]], chat_template=template, tokenize=tokenize, **asked)


def test_ids_in_each_form(both):
    for options in (
        {"return_dict": True}, {"padding": True, "return_dict": True}, {"truncation": True, "max_length": 9, "return_dict": True},
        {"return_dict": True, "tokenizer_kwargs": {"return_offsets_mapping": True}}, {"padding": "max_length", "max_length": 200},
    ):  # fmt: skip
        same(both, [TALK, TALK[:2]], chat_template=CHATML, **options)
        same(both, TALK, chat_template=CHATML, **options)
    tensor, yours = (t.apply_chat_template(TALK, chat_template=CHATML, return_tensors="np") for t in both)
    assert tensor.tolist() == yours.tolist() and tensor.ndim == 2


@pytest.mark.parametrize("last", ["Gut, da", "Gut, da  ", "  Gut", "x\n\n"])
def test_going_on_with_the_last_message(both, last):
    trimming = CHATML.replace("message['content'] +", "message['content'] | trim +")
    for template in (CHATML, trimming):
        talk = [*TALK[:1], {"role": "assistant", "content": last}]
        made = same(both, talk, chat_template=template, continue_final_message=True, tokenize=False)
        assert made.rstrip().endswith(last.strip())
        same(both, [talk, TALK], chat_template=template, continue_final_message=True, tokenize=False)
    parts = [{"role": "user", "content": "a"}, {"role": "assistant", "content": [{"type": "image"}, {"type": "text", "text": "the end"}]}]
    same(
        both,
        parts,
        chat_template="{% for m in messages %}{{ m.content[-1].text if m.content is not string else m.content }}|{% endfor %}",
        continue_final_message=True,
        tokenize=False,
    )


def test_the_mask_of_what_the_model_wrote(both):
    ours, _ = both
    for options in ({}, {"truncation": True, "max_length": 40}):
        for talk in (TALK, [TALK, TALK[:2], TALK[:1]]):
            made = same(both, talk, chat_template=CHATML, return_assistant_tokens_mask=True, return_dict=True, **options)
    made = ours.apply_chat_template(TALK, chat_template=CHATML, return_assistant_tokens_mask=True, return_dict=True)
    written = ours.decode([i for i, mask in zip(made["input_ids"], made["assistant_masks"]) if mask])
    assert written == "Gut, danke.  <|im_end|>はい。Yes.<|im_end|>"
    tensors = ours.apply_chat_template(
        [TALK, TALK[:2]], chat_template=CHATML, return_assistant_tokens_mask=True, return_dict=True, padding=True, return_tensors="np"
    )
    assert tensors["assistant_masks"].shape == tensors["input_ids"].shape
    assert (tensors["assistant_masks"][1][tensors["attention_mask"][1] == 0] == 0).all()
    with pytest.raises(TokenizerError, match="marks nothing"):
        ours.apply_chat_template(TALK, chat_template=TOOLS, return_assistant_tokens_mask=True, return_dict=True)
    with pytest.raises(TokenizerError, match="return_dict=True"):
        ours.apply_chat_template(TALK, chat_template=CHATML, return_assistant_tokens_mask=True)


@pytest.mark.parametrize("function", [weather, everything, nothing])
def test_schemas_of_functions(function):
    utils = pytest.importorskip("transformers.utils")
    assert tool_schema(function) == utils.get_json_schema(function)


def test_functions_that_make_no_schema():
    def bare(x: int):
        return x

    def half(x, y: int, z: set):
        """Half.

        Args:
            x: x
            z: z
        """

    def choices(x: str):
        """C.

        Args:
            x: y (choices: [a)
        """

    with pytest.raises(TokenizerError, match="no docstring"):
        tool_schema(bare)
    with pytest.raises(TokenizerError, match=r"x has no type hint; y has no description under 'Args:'; z: .*no form in JSON"):
        tool_schema(half)
    with pytest.raises(TokenizerError, match="no JSON list"):
        tool_schema(choices)


def test_a_template_by_name(both, byte_level):
    ours, theirs = both
    for tokenizer in (ours, theirs):
        tokenizer.chat_template = {"default": "D{{ messages[0].content }}", "tool_use": "T{{ tools | length }}", "other": "O"}
    try:
        same(both, TALK, tokenize=False)
        same(both, TALK, tokenize=False, tools=[nothing])
        same(both, TALK, tokenize=False, chat_template="other")
        assert ours.get_chat_template() == theirs.get_chat_template() and ours.get_chat_template("other") == "O"
        ours.chat_template = {"a": "x", "b": "y"}
        with pytest.raises(TokenizerError, match="a, b"):
            ours.apply_chat_template(TALK)
    finally:
        ours.chat_template = theirs.chat_template = None
    with pytest.raises(TokenizerError, match="has no chat template"):
        ours.apply_chat_template(TALK)


def test_what_makes_no_sense(both):
    ours, _ = both
    for call, match in (
        (lambda: ours.apply_chat_template(TALK, chat_template=CHATML, add_generation_prompt=True, continue_final_message=True), "one of them"),
        (lambda: ours.apply_chat_template("hello", chat_template=CHATML), "list of messages"), (lambda: ours.apply_chat_template([3], chat_template=CHATML), "list of messages"),
        (lambda: ours.apply_chat_template(TALK, chat_template=CHATML, tools=[3]), "a function or a JSON schema"),
        (lambda: ours.apply_chat_template(TALK, chat_template=CHATML, documents=["a"]), "A document is a mapping"),
        (lambda: ours.apply_chat_template(TALK, chat_template="{% for %}"), "line 1"), (lambda: ours.apply_chat_template(TALK, chat_template="{{ messages[0].foo.bar }}"), "has no attribute"),
        (lambda: ours.apply_chat_template([{"role": "bad", "content": "x"}], chat_template=TOOLS), "no role bad"),
        (lambda: ours.apply_chat_template(TALK, chat_template="x", continue_final_message=True), "as it is"),
        (lambda: ours.apply_chat_template([{"role": "user"}], chat_template="x", continue_final_message=True), "content is a text"),
    ):  # fmt: skip
        with pytest.raises(TokenizerError, match=match):
            call()


def test_templates_in_files(both, byte_level, tmp_path):
    import transformers

    ours, theirs = both
    several = {"default": "D{{ messages[0].content }}", "tool_use": "T", "rag.v2": "R"}
    try:
        for template in ("one {{ messages[0].content }} é", several):
            for i, tokenizer in enumerate(both):
                tokenizer.chat_template = template
                tokenizer.save_pretrained(tmp_path / str(i))
            for i in (0, 1):
                assert AutoTokenizer.from_pretrained(tmp_path / str(i)).chat_template == template
                assert transformers.AutoTokenizer.from_pretrained(tmp_path / str(i)).chat_template == template
        for name in ("../evil", "a/b", "", "..", "x" * 200, "a\\b", ".hidden"):
            ours.chat_template = {"default": "x", name: "y"}
            with pytest.raises(InputError, match="cannot be a file's"):
                ours.save_pretrained(tmp_path / "deep" / "er")
        assert not (tmp_path / "deep" / "er").exists() or not list((tmp_path / "deep" / "er").rglob("*.jinja"))
    finally:
        ours.chat_template = theirs.chat_template = None
    at = tmp_path / "older"
    ours.save_pretrained(at)
    config = json.loads((at / "tokenizer_config.json").read_text())
    for stated, want in (
        ("S", "S"),
        ([{"name": "default", "template": "L"}, {"name": "b", "template": "B"}], {"default": "L", "b": "B"}),
        ({"default": "M"}, {"default": "M"}),
    ):
        (at / "tokenizer_config.json").write_text(json.dumps({**config, "chat_template": stated}))
        assert AutoTokenizer.from_pretrained(at).chat_template == want
    (at / "tokenizer_config.json").write_text(json.dumps(config))
    (at / "chat_template.json").write_text(json.dumps({"chat_template": "J"}))
    assert AutoTokenizer.from_pretrained(at).chat_template == "J"
    (at / "chat_template.jinja").write_text("F")
    assert (
        AutoTokenizer.from_pretrained(at).chat_template == "F" and AutoTokenizer.from_pretrained(at, chat_template="K").chat_template == "K"
    )
    for name, damage in (("chat_template.jinja", b"\xff"), ("chat_template.jinja", b"x" * (2**18 + 1)), ("chat_template.json", b"{")):
        (at / "chat_template.jinja").unlink(missing_ok=True)
        (at / name).write_bytes(damage)
        with pytest.raises(CorruptFileError, match=name):
            AutoTokenizer.from_pretrained(at)
        (at / name).unlink()
    for damage in ([1], 3, {"a": 1}, [{"name": "default"}], "x" * (2**18 + 1), {"default": "x" * (2**18 + 1)}):
        (at / "tokenizer_config.json").write_text(json.dumps({**config, "chat_template": damage}))
        with pytest.raises(CorruptFileError, match=r"chat.template"):
            AutoTokenizer.from_pretrained(at)
