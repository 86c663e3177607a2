"""Chat templates that mean harm: no way into Python, and no run without end, whatever is written."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triform.errors import TokenizerError
from triform.text import bounds
from triform.text.sandbox import render

ESCAPES = [
    "{{ ''.__class__.__mro__ }}", "{{ messages.__class__ }}", "{{ ''['__class__'] }}", "{{ messages|attr('__class__') }}", "{{ raise_exception.__globals__ }}",
    "{{ strftime_now.__globals__['sys'] }}", "{{ range.__init__.__globals__ }}", "{{ self.__init__.__globals__ }}", "{{ cycler.__init__.__globals__.os }}",
    "{{ namespace.__init__.__globals__ }}", "{{ joiner.__init__.__globals__ }}", "{{ ''.format.__self__.__class__ }}", "{{ '{0.__class__}'.format(messages) }}",
    "{{ '{0.__class__.__mro__}'.format_map({'0': 1}) }}", "{{ ['{0.__class__}']|map('format', messages)|list }}", "{{ messages.append(1) }}",
    "{{ messages.clear() }}", "{{ {}.update({'a': 1}) }}", "{% set f = '{0.__class__}'.format %}{{ f(messages) }}", "{{ lipsum }}{{ lipsum(n=3) }}",
    "{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% extends 'x' %}", "{% macro m() %}{% endmacro %}{{ m.__globals__ }}", "{{ loop.__class__ }}",
    "{{ messages|map(attribute='__class__')|list }}", "{{ messages|groupby('__class__')|list }}", "{{ messages|sum(attribute='__class__') }}",
    "{{ messages|selectattr('__class__')|list }}", "{{ ('a'|attr('for' ~ 'mat'))('{0.__class__}') }}", "{{ caller.__class__ }}", "{{ eval('1') }}", "{{ open('/etc/passwd') }}",
]  # fmt: skip

BOMBS = [
    "{% for i in range(100000000) %}{% endfor %}", "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}", "{{ 'a' * 10**10 }}", "{{ 'a' * 1000000 * 1000000 }}", "{{ [0] * 10**9 }}",
    "{{ 9**9**9**9 }}", "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=()) %}{% for i in range(99) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
    "{% set ns = namespace(x={}) %}{% for i in range(99) %}{% set ns.x = dict(a=ns.x, b=ns.x) %}{% endfor %}{{ ns.x|tojson }}",
    "{% set ns = namespace(x={}) %}{% for i in range(99) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x|string }}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}", "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x|replace('a', ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x.join([ns.x, ns.x, ns.x]) %}{% endfor %}", "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x]|join(ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = '%s%s' % (ns.x, ns.x) %}{% endfor %}", "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = '{0}{0}'.format(ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = '%s%s'|format(ns.x, ns.x) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set y %}{{ ns.x }}{{ ns.x }}{% endset %}{% set ns.x = y %}{% endfor %}",
    "{{ 'a'.ljust(10**10) }}", "{{ 'a'.center(10**10) }}", "{{ 'a'.zfill(10**10) }}", "{{ 'a'|center(10**10) }}", "{{ '\\t'.expandtabs(10**10) }}", "{{ 'a\\nb'|indent(10**10) }}", "{{ '%10000000000d' % 1 }}",
    "{{ '%*d' % (10**10, 1) }}", "{{ '{:10000000000}'.format(1) }}", "{{ '{:{}}'.format(1, 10**10) }}", "{{ '%10000000000d'|format(1) }}", "{{ [1]|batch(10**10, 0)|list }}", "{{ [1]|slice(10**10)|list }}",
    "{{ {'a': 1}|tojson(indent=10**10) }}", "{{ 1|round(10**10) }}", "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}", "{% macro m(n) %}{% if n %}{% set _ = m(n - 1) ~ m(n - 1) %}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% for x in [[[[[1]]]]] recursive %}{{ loop([x, x]) }}{% endfor %}", "{{ 'abc'.translate({97: 'x' * 1000000}) }}", "{{ ('x' * 100000)|urlize }}",
    "{% for i in range(99999) %}" + "x" * 100000 + "{% endfor %}", "{% for i in range(99999) %}{% set y %}" + "x" * 100000 + "{% endset %}{% endfor %}",
    "{% for a in messages %}{% for b in messages %}{% for c in messages %}{% for d in messages %}{% for e in messages %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "{{ " + "[" * 200 + "]" * 200 + " }}", "{% if 1 %}" * 500 + "{% endif %}" * 500, "{{ " + "-" * 20000 + "1 }}", "{{ " + "1+" * 20000 + "1 }}",
    "{{ range(10**8)|list }}", "{{ range(-(10**9), 10**9)|length }}", "{% set x = range(99999)|list %}{{ x|map('string')|map('center', 9999)|join }}", "{{ 'x' * 8000000 }}{{ 'x' * 8000000 }}",
    "{% set ns = namespace(x=range(90000)|list) %}{% for i in range(9999) %}{% set y = ns.x|sort|reverse|list|unique|list %}{% endfor %}", "{% set ns = namespace() %}" + "{% set ns = namespace(a=ns, b=ns) %}" * 60 + "{{ ns }}", "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}{{ ns|string }}",
    "{% set x = {} %}" + "{% set x = {'a': x.items(), 'b': x.items()} %}" * 60 + "{{ x }}", "{% set x = {} %}" + "{% set x = dict(a=x.values(), b=x.values()) %}" * 60 + "{{ x|string }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = ns.x + [('x' * 8000000) ~ i] %}{% endfor %}", "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = ns.x + ['\U0001f600' * 8000000] %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = ns.x + [('ab ' * 2700000).split()] %}{% endfor %}", "{% set ns = namespace(x=[]) %}{% for i in range(999) %}{% set ns.x = ns.x + [('x' * 8000000)|list|length] %}{% endfor %}",
    "{% for i in range(99999)|map('counted loop', -99999999)|list %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "{% for i in ['ab'] %}{{ ['a']|map('joined parts')|list }}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}{{ ns.x|tojson }}", "{{ cycler('a') }}{{ raise_exception('x' * 9999999) }}",
]  # fmt: skip
MESSAGES = [{"role": "user", "content": "hello"}] * 60


@pytest.mark.parametrize("template", ESCAPES)
def test_no_way_into_python(template):
    try:
        text = render(template, {"messages": MESSAGES})
    except TokenizerError:
        return
    assert "class" not in text and "root:" not in text and "function" not in text, text


@pytest.mark.parametrize("template", BOMBS, ids=lambda t: t[:60])
def test_bombs_go_off_small(template, monkeypatch):
    import resource

    monkeypatch.setattr(bounds, "MOST_STEPS", 100_000)  # what it is in use takes a few seconds
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        assert len(render(template, {"messages": MESSAGES})) < 2 * bounds.MOST_SIZE
    except TokenizerError as error:
        assert str(error).startswith("The chat template") and len(str(error)) < 3000
    assert time.process_time() - began < 10  # of the processor: other work may hold it up
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 1024


@pytest.mark.parametrize(
    ("template", "match"),
    [
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "more than 1000000 steps"), ("{{ range(10**6)|list }}", "range of 1000000"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"), ("{{ 'a' * 10**10 }}", "characters or entries"), ("{{ 'x' * 8000000 }}{{ 'x' * 8000000 }}", "writes more than"),
        ("{{ 'a'.center(99999) }}", "more than 10000 places"), ("{{ raise_exception('so not') }}", "so not"), ("{% if %}", "line 1"),
    ],
)  # fmt: skip
def test_the_error_says_which_bound(template, match):
    with pytest.raises(TokenizerError, match=match):
        render(template, {})


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.2)
    with pytest.raises(TokenizerError, match="seconds"):
        render("{% for i in range(99999) %}{% set x = messages|sort(attribute='content')|list %}{% endfor %}", {"messages": MESSAGES * 300})


def test_a_long_conversation_is_no_attack():
    talk = [{"role": role, "content": "word " * 200} for _ in range(1500) for role in ("user", "assistant")]
    template = "{% for m in messages %}{{ '<|' ~ m.role ~ '|>' + m['content'] | trim + '\\n' }}{% endfor %}"
    assert len(render(template, {"messages": talk})) > 3_000_000


def test_runs_do_not_disturb_each_other():
    from concurrent.futures import ThreadPoolExecutor

    template = "{% for i in range(2000) %}{% generation %}{{ i }}{% endgeneration %}{% endfor %}"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda i: render(template, {}, mark=f"\x00{i}" if i % 2 else None), range(16)))
    plain = "".join(map(str, range(2000)))
    assert all(text == plain for text in made[::2]) and all(text.count(f"\x00{i}<") == 2000 for i, text in enumerate(made) if i % 2)


WORDS = ["{{", "}}", "{%", "%}", "for x in y", "endfor", "if", "endif", "messages", "[", "]", "(", ")", "'", "~", "|", "tojson", "range(9)", "*", "set a = ", "macro m()", "endmacro", "m()", "a", " ", "1", "-", ".", "loop", "generation", "endgeneration", "\x00"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join) | st.text(max_size=40))
def test_any_template_gives_text_or_our_error(template):
    with contextlib.suppress(TokenizerError):
        assert isinstance(render(template, {"messages": MESSAGES[:2], "y": [1]}), str)
