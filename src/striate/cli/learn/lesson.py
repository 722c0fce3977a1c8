"""`striate learn lesson`: a lesson, its pictures, its question."""

import sys
from pathlib import Path
from shutil import get_terminal_size

from striate.cli.computing import computing
from striate.cli.guard import Code
from striate.cli.learn.told import contents_json, contents_lines, lesson_json, lesson_lines, question_lines
from striate.cli.output import aside, say, write, write_aside, write_json
from striate.cli.readers import Place, Text, Whole
from striate.cli.ui import argument, command, json_flag, option
from striate.engines.computer import Computer
from striate.errors import FileError, SettingError
from striate.figures.canvas import require_matplotlib
from striate.inspection.lessons.book import Lesson
from striate.inspection.lessons.book import lesson as lesson_of
from striate.inspection.lessons.question import Numbers, Question, answer_text
from striate.messages import render

NARROWEST, WIDEST = 60, 96  # cells: between them a lesson follows the terminal


@command("learn.lesson")
@argument("number", Whole(1), required=False)
@option("--answer", reader=Text())
@option("-o", "--output", reader=Place())
@computing
@json_flag
def lesson(
    number: int | None,
    answer: str | None,
    output: Path | None,
    computer: Computer,
    json: bool,
) -> int | None:
    """`striate learn lesson`."""
    if number is None:
        return _contents(answer, output, json=json)
    opened = lesson_of(number, computer)
    given = opened.question.read(answer) if answer is not None else None  # a mistake is told before a page of text
    files = _draw(opened, output) if output else {}
    if json:
        write_json({**lesson_json(opened, files), "answer": _judged(opened.question, given)})
        return None if given is None or opened.question.is_right(given) else Code.PROBLEMS
    cells = max(NARROWEST, min(get_terminal_size().columns, WIDEST))
    write([*lesson_lines(opened, files, cells), "", *question_lines(opened, cells)])
    if given is not None:
        return _answered(opened.question, given)
    if not _at_a_terminal():
        aside("lesson.how", number=number)
        return None
    return _asked(opened.question)


def _contents(answer: str | None, output: Path | None, *, json: bool) -> None:
    for name, value in (("--answer", answer), ("--output", output)):
        if value is not None:
            raise SettingError("lesson.needs_number", option=name)
    if json:
        write_json(contents_json())
    else:
        write(contents_lines())


def _draw(opened: Lesson, folder: Path) -> dict[str, Path]:
    """The lesson's pictures in a folder, by their names."""
    from striate.figures.save import save

    require_matplotlib()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError("file.cannot_write", path=folder, reason=error.strerror) from error
    files = {name: folder / name for name in opened.pictures}
    for name, part in opened.pictures.items():
        save(part.make(), files[name])
    return files


def _answered(question: Question, given: Numbers) -> int | None:
    """Say whether an answer is right; of a wrong one, what helps."""
    if question.is_right(given):
        say("lesson.right", why=str(question.why))
        return None
    say("lesson.wrong", came=answer_text(given), hint=str(question.hint(given)))
    return Code.PROBLEMS


def _asked(question: Question) -> int | None:
    """Ask, and ask once more after a wrong answer. What is no answer at all costs no try."""
    given = _typed(question, "lesson.prompt")
    if given is None or _answered(question, given) is None:
        return None
    second = _typed(question, "lesson.again")
    if second is None:
        return Code.PROBLEMS
    if question.is_right(second):
        return _answered(question, second)
    say("lesson.read_again", came=answer_text(second))
    return Code.PROBLEMS


def _typed(question: Question, prompt: str) -> Numbers | None:
    """What is typed, once it can be read; None for an empty line."""
    while True:
        try:
            line = input(render(prompt))
        except EOFError:
            write([""])
            return None
        if not line.strip():
            return None
        try:
            return question.read(line)
        except SettingError as unreadable:
            write_aside([str(unreadable)])


def _at_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _judged(question: Question, given: Numbers | None) -> dict[str, object] | None:
    if given is None:
        return None
    right = question.is_right(given)
    told = question.why if right else question.hint(given)
    return {"given": answer_text(given), "right": right, "text": str(told)}
