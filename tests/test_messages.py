"""Texts: both languages say the same things, every code that is raised has a text with the fields it is given."""

import ast
import re
import string
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from all_in_one import all_in_one

import striate
from striate import errors
from striate.messages import LANGUAGES, language, render, speak
from striate.messages.render import texts

SOURCE = Path(striate.__file__).parent
EN, KO = texts("en"), texts("ko")
every_code = all_in_one("code", sorted(EN))
HANGUL = re.compile("[가-힣]")


def parts(text: str) -> Iterator[tuple[str, str]]:
    """The fields of a text: (name, format spec)."""
    for _, name, spec, _ in string.Formatter().parse(text):
        if name is not None:
            yield name, spec or ""


def field_names(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for name, _ in parts(text)}


def test_both_tables_have_every_code() -> None:
    assert sorted(EN) == sorted(KO)


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_code_has_two_texts(spoken: str) -> None:
    files = [file for file in (SOURCE / "messages" / spoken).glob("*.py") if file.name != "__init__.py"]
    tables = [n for f in files for n in ast.walk(ast.parse(f.read_text("utf-8"))) if isinstance(n, ast.Dict)]
    codes = [key.value for table in tables for key in table.keys if isinstance(key, ast.Constant)]
    assert sorted(codes) == sorted(EN)


@every_code
def test_both_texts_have_the_same_fields(code: str) -> None:
    assert field_names(EN[code]) == field_names(KO[code])


QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|{[^}]*}|sudo apt install \S+|pip install \S+|striate \w+ [\w-]+")
SAME_IN_BOTH = {"cli.version", "collections.licence.mit"}


@every_code
def test_each_text_is_in_its_language(code: str) -> None:
    """No Korean in English; in Korean no row of three English words, but quoted, and Hangul where English has words."""
    english, korean = (QUOTED.sub("", table[code]) for table in (EN, KO))
    assert not HANGUL.search(english)
    assert not re.search(r"(?:\b[a-z]{2,} ){2}\b[a-z]{2,}\b", korean)
    if re.search("[A-Za-z]{2,} [A-Za-z]{2,}", english) and code not in SAME_IN_BOTH:
        assert HANGUL.search(korean)


RAISED_FAMILIES = {"setting", "size", "graph", "layer", "name", "keyword", "data", "model_file", "file", "weights"}


@every_code
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_what_is_wrong_is_said_in_whole_sentences(code: str, spoken: str) -> None:
    if code.partition(".")[0] in RAISED_FAMILIES:
        assert texts(spoken)[code].endswith((".", "?", "}", ")")), texts(spoken)[code]


# Every text with values of every kind that its fields may have


def example(spec: str, name: str) -> Any:
    """A value that a field with this format spec takes."""
    spec = spec.partition("|")[0]
    match spec:
        case "walk":
            return [("input1", (28, 28, 1)), ("conv1", (26, 24, 8)), ("dense1", (10,))]
        case "size":
            return (28, 28, 1)
        case "list" | "quoted" | "names":
            return ["a", "b"]
        case "each":
            return [("names.and", {"front": "a", "last": "b"})]
        case "text":
            return "kind.layer"
        case "bytes" | "duration":
            return 1234
    if "[" in name:
        return (3, 4)
    return 1234.5 if spec.endswith(("e", "f", "g")) else 1234 if spec in (",", "d") else "photo.png"


@every_code
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_text_can_be_shown(code: str, spoken: str) -> None:
    fields: dict[str, Any] = {}
    for name, spec in parts(texts(spoken)[code]):
        field, value = re.split(r"[.\[]", name)[0], example(spec, name)
        if field not in fields or isinstance(fields[field], str):  # what is formatted as a number once is a number
            fields[field] = value
    shown = render(code, fields, spoken)
    assert shown and not [name for name in fields if f"{{{name}" in shown]


# The code that raises


CALLS = re.compile(r"(Error|Notice|Note|Unfit|tell|render|aside|unknown_name)$")
# Codes that are put together while the program runs, by their beginning.
PUT_TOGETHER = (
    "kind.", "choice.", "cli.", "log.", "judged.", "part.", "predict.", "train.", "summary.column.", "summary.total.",
    "summary.unseen_", "summary.lopsided_", "fix.", "plan.",
    "check.", "picture.change.", "smile.class.", "changed.", "autopsy.", "race.column.", "activations.", "versus.",
    "keras.", "trace.", "maps.column.", "kernels.column.", "figure.scale.", "figure.kernels.", "field.silent.",
)  # fmt: skip
ADDED_ON_THE_WAY = {
    "SizeError": {"layer", "walk", "advice", "fixes"},  # the doctor adds them
    "Unfit": {"where", "setting", "came"},  # convert adds them
    "Note": {"layer"},  # the view adds it
}


@cache
def modules() -> list[tuple[str, ast.Module]]:
    files = [file for file in sorted(SOURCE.rglob("*.py")) if file.parent.name not in LANGUAGES]
    return [(str(file.relative_to(SOURCE)), ast.parse(file.read_text("utf-8"))) for file in files]


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    """The source as trees, a million objects, for as long as the tests of this file run."""
    yield
    modules.cache_clear()


def codes_given(call: ast.Call) -> list[str]:
    """The codes that a call's first argument may be, as far as they stand there."""
    choices = [call.args[0].body, call.args[0].orelse] if isinstance(call.args[0], ast.IfExp) else [call.args[0]]
    return [c.value for c in choices if isinstance(c, ast.Constant) and isinstance(c.value, str)]


@cache  # read in a test rather than while tests are collected, which every process does
def raised() -> list[tuple[str, str, str, set[str] | None]]:
    """(where, constructor, code, the fields given; None where they cannot be read off)."""
    found: list[tuple[str, str, str, set[str] | None]] = []
    for where, tree in modules():
        for call in ast.walk(tree):
            name = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if not isinstance(call, ast.Call) or not call.args or not CALLS.search(name) or name == "unknown_name":
                continue
            fields: set[str] | None = {keyword.arg or "**" for keyword in call.keywords}
            for argument in call.args[1:2]:
                literal = isinstance(argument, ast.Dict) and all(isinstance(key, ast.Constant) for key in argument.keys)
                fields = {key.value for key in argument.keys} if literal else None  # type: ignore[attr-defined,union-attr,misc]
            found += [
                (f"{where}:{call.lineno}", name, code, None if fields is None or "**" in fields else fields)
                for code in codes_given(call)
                if "." in code
            ]
    return found


def test_the_reading_of_the_source_finds_what_there_is() -> None:
    assert len(raised()) > 100
    assert {"SizeError", "Unfit", "DataError", "tell"} <= {name for _, name, _, _ in raised()}


def test_what_is_raised_has_a_text_with_the_fields_it_is_given() -> None:
    @all_in_one("where, name, code, fields", raised())
    def check(where: str, name: str, code: str, fields: set[str] | None) -> None:
        assert code in EN, f"{where}: {code} has no text"
        if fields is not None:
            missing = field_names(EN[code]) - fields - ADDED_ON_THE_WAY.get(name, set())
            assert not missing, f"{where}: the text of {code} shows {missing}"

    check()


def test_no_text_is_left_over() -> None:
    written = {n.value for _, tree in modules() for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert [code for code in EN if code not in written and not code.startswith(PUT_TOGETHER)] == []


def test_kinds_that_are_asked_for_have_a_word() -> None:
    asked = {
        call.args[0].value
        for _, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "unknown_name"
        if isinstance(call.args[0], ast.Constant)
    }
    assert asked and {f"kind.{kind}" for kind in asked} <= set(EN)


def test_errors_speak_through_their_codes_alone() -> None:
    """No sentence stands in the code: an error's first argument is a code."""
    ours = {name for name in dir(errors) if name.endswith("Error")}
    for where, tree in modules():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ours and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant):
                    assert re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", str(first.value)), f"{where}:{call.lineno}"
                assert not isinstance(first, ast.JoinedStr) or "." in ast.unparse(first), f"{where}:{call.lineno}"


# Specs


@pytest.mark.parametrize(
    ("spec", "value", "shown"),
    [
        ("size", (28, 28, 1), "28x28x1"),
        ("size", (5,), "5"),
        ("size", ("N", 3), "Nx3"),
        ("size", (), "()"),
        ("list", ["a", 3], "a, 3"),
        ("list", [], ""),
        ("quoted", ["a", "b"], "'a', 'b'"),
        ("quoted", "ab", "'ab'"),
        (
            "walk",
            [("input1", (28, 28, 1)), ("conv1", (26, 26, 8)), ("pool1", (13, 12, 8))],
            "28 -conv1-> 26 -pool1-> 13x12",
        ),
        ("walk", [("input1", (9,))], "9"),
        ("", 0.1, "0.1"),
        ("", 1e-7, "1e-07"),
        ("", Path("a/b"), "a/b"),
        ("", None, "None"),
        (",", 1234567, "1,234,567"),
    ],
)
def test_specs(spec: str, value: object, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_text(monkeypatch, "en", "{value:" + spec + "}")
    assert render("test", {"value": value}, "en") == shown


def with_text(monkeypatch: pytest.MonkeyPatch, spoken: str, text: str) -> None:
    monkeypatch.setitem(texts(spoken), "test", text)  # type: ignore[arg-type]


PARTICLES = {
    "은/는": "Conv2D는 커널은 사진은 모델은 필터는 1은 2는 3은 relu는 NUMBER는 softmax는 None은 10은",
    "이/가": "photo.png가 models/best.safetensors가 photo.jpg가 metrics.csv가 net.toml이 a.npz가 layer가 filter가 "
    "channel이 Flatten이 Momentum이 padding이 tuple이 same이 list가 dict가 str이 int가 0이 6이 8이 9가 4가 5가 0.5가 "
    "(28,28,1)이 [1,2]가 'kernel'이 -1이 100이 nan이 True가 RGB가 CNN이 URL이 size=3이 conv1이 conv2가 Dropout이",
    "을/를": "값을 크기를 7을 2를 'adam'을 'sgd'를 filters를 model을",
    "과/와": "행과 너비와 3과 5와",
    "으로/로": "행으로 너비로 열로 풀로 1로 7로 8로 3으로 0으로 2로 channel로 R로 URL로 CNN으로",
    "이라/라": "'relo'라 'adm'이라 층이라",
}


@all_in_one("particles, right", [(p, word) for p, words in PARTICLES.items() for word in words.split()])
def test_particles_follow_the_last_sound(particles: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_final, without = particles.split("/")
    word = right.removesuffix(with_final) if right.endswith(with_final) else right.removesuffix(without)
    with_text(monkeypatch, "ko", "{word:" + particles + "}")
    assert render("test", {"word": word}, "ko") == right


def test_a_particle_behind_another_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    with_text(monkeypatch, "ko", "{a:size|이/가} {b:quoted|을/를} {c!r:은/는}")
    assert render("test", {"a": (2, 3), "b": "값", "c": "행"}, "ko") == "2x3이 '값'을 '행'은"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 files are"), (1, "1 file is"), (2, "2 files are"), (1001, "1,001 files are")]
)
def test_words_agree_with_the_number_before_them(count: int, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_text(monkeypatch, "en", "{count:,|file is/files are} in {count:folder/folders}")
    assert render("test", {"count": count}, "en") == f"{shown} in {count} {'folder' if count == 1 else 'folders'}"
    with_text(monkeypatch, "en", "{count:.0f|minute/minutes}, {count:.1f|minute/minutes}")
    assert render("test", {"count": 1.2}, "en") == "1 minute, 1.2 minutes"


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (10_400, "10 kB"), (2_340_000, "2.3 MB"),
     (310_000_000, "310 MB"), (4_000_000_000, "4.0 GB"), (2.5e13, "25,000 GB")],
)  # fmt: skip
def test_bytes_as_a_person_says_them(count: float, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for spoken in LANGUAGES:
        with_text(monkeypatch, spoken, "{size:bytes}")
    assert render("test", {"size": count}, "en") == shown
    assert render("test", {"size": count}, "ko") == re.sub(" bytes?", "바이트", shown)


@pytest.mark.parametrize(
    ("seconds", "shown", "korean"),
    [(0.31, "0.31 seconds", "0.31초"), (1, "1 second", "1초"), (3.24, "3.2 seconds", "3.2초"),
     (89, "89 seconds", "89초"), (100, "2 minutes", "2분"), (3600, "60 minutes", "60분"),
     (9000, "2.5 hours", "2.5시간")],
)  # fmt: skip
def test_durations_as_a_person_says_them(
    seconds: float, shown: str, korean: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spoken in LANGUAGES:
        with_text(monkeypatch, spoken, "{seconds:duration}")
    assert [render("test", {"seconds": seconds}, spoken) for spoken in ("en", "ko")] == [shown, korean]


# What follows a bare number in English is a plural; so its text must be one where the number is never 1.
PLURALS = re.compile(
    r"{(\w+)(?::[,d.0fg]*)?} (?:[a-z]+ )?(?:pictures|images|files|entries|classes|epochs|steps|bytes|frames|faces|"
    r"labels|targets|units|maps|weights|seconds|minutes|hours|runs|copies|groups|sets|bins)\b"
)
NEVER_ONE = {  # by what is counted, by the code that raises, or because it is a rate
    "check.stray_many", "skip.strict_many",
    "activations.speed_heading", "augmentation.no_colours", "check.labels_differ", "check.labels_differ_near",
    "check.across", "check.across_near", "check.duplicate", "check.duplicate_near", "check.many_classes",
    "choice.batch.fewer", "data.show.first", "fetch.broke_off", "fetch.too_long", "run.outputs",
    "run.too_few_pictures", "train.data", "idx.too_large", "npz.too_large", "training.nothing_read",
    "film.too_large", "film.classes_shown", "unit.not_in_map", "figure.confusion", "engine.no_memory_for_weights",
    "page.trained", "preflight.targets_alike", "preflight.one_class", "progress.speed", "race.course",
    "smile.ended", "archive.too_large", "archive.member_too_large", "summary.dense_holds_most", "versus.net.plain",
    "versus.cost", "versus.bars_title",
}  # fmt: skip


def test_no_plural_behind_a_number_that_may_be_one() -> None:
    found = {code for code in EN if not code.startswith("lesson.") and PLURALS.search(EN[code])}
    assert found == NEVER_ONE


KOREAN_WORDS = {"에포크": "에폭"}  # what is not said, and the word that is said for it everywhere


def test_one_thing_has_one_word_in_korean() -> None:
    assert not [code for code in KO for word in KOREAN_WORDS if word in KO[code]]


@pytest.mark.parametrize(("kept", "shown"), [(0, "0 have room"), (1, "1 has room"), (1200, "1,200 have room")])
def test_a_verb_agrees_with_a_number_of_its_own(kept: int, shown: str) -> None:
    fields = {"pictures": 2000, "kept": kept, "folder": "cache", "bound": 10**9}
    assert f"Of 2,000 decoded pictures {shown} in the cache" in render("cache.full", fields, "en")


def test_a_value_may_hold_braces() -> None:
    assert "{x!r:walk}" in render("file.not_found", {"path": "{x!r:walk}"}, "en")


def test_a_text_within_a_text_is_in_the_same_language() -> None:
    fields = {"kind": "kind.layer", "name": "Conv", "known": ["Conv2D"]}
    for spoken in LANGUAGES:
        speak("ko" if spoken == "en" else "en")
        assert render("kind.layer", {}, spoken) in render("name.unknown", fields, spoken)
    speak(None)


# The language


def test_speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value, spoken in [("LANG", "ko_KR.UTF-8", "ko"), ("LC_MESSAGES", "C", "en"), ("LC_ALL", "ko", "ko")]:
        monkeypatch.setenv(variable, value)  # each goes before those set so far
        assert language() == spoken
    speak("en")
    assert language() == "en"
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(language()))
    thread.start()
    thread.join()
    speak(None)
    assert (heard, language()) == (["en"], "ko")


def test_a_language_that_nobody_speaks_here() -> None:
    with pytest.raises(ValueError, match="fr"):
        speak("fr")


def test_texts_need_nothing_but_python() -> None:
    code = "import sys; from striate.messages import render; render('file.exists', {'path': 1}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "rich", "click"} & set(done.stdout.split())


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_no_name_begins_a_line_of_its_own(spoken: str) -> None:
    name = "a\nerror: b\x1b[2J"
    known = {"kind": "kind.layer", "name": "x", "known": [name]}
    for code, fields in (("file.not_found", {"path": Path(name)}), ("name.unknown", known)):
        assert render(code, fields, spoken).isprintable()
