"""Makes docs/lessons.md and docs/ko/lessons.md with their pictures: `python docs/lessons.py`.

The words and the numbers are those of `striate learn lesson`; the Korean pictures need a font with Hangul.
"""

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from striate.cli.learn.told import block_lines, cell_text
from striate.files import write_bytes
from striate.inspection.lessons.book import CONTENTS, Lesson, lesson
from striate.inspection.lessons.parts import Claim, Commands, Part, Picture, Table, Text
from striate.inspection.lessons.question import answer_text
from striate.messages import render, speak

DOCS = Path(__file__).parent
PAGES = {"en": "lessons.md", "ko": "ko/lessons.md"}
PICTURES = "pictures/lessons"
LANGUAGE_LINE = {"en": "English | [한국어](ko/lessons.md)", "ko": "[English](../lessons.md) | 한국어"}
TITLE = {"en": "Twelve short lessons", "ko": "짧은 강의 열두 편"}
ANSWER = {"en": "Answer", "ko": "답"}
ABOUT = {
    "en": """What a convolutional network does, one idea at a time, from a single sum to a classifier that has learned.
`striate learn lesson N` shows the same lessons at the command line, computes every number anew and judges the answer to
the question at the end. This page is made by `python docs/lessons.py` from the same texts.""",
    "ko": """합성곱 신경망이 하는 일을 한 번에 한 가지씩, 덧셈 하나에서 학습을 마친 분류기까지 살펴봅니다.
`striate learn lesson N`은 같은 강의를 명령줄에서 보여 주며, 모든 수를 새로 계산하고 끝에 있는 문제의 답을 채점합니다.
이 페이지는 같은 글로 `python docs/lessons.py`가 만듭니다.""",
}
COLOURS = 64  # of a picture's palette: what keeps the files small


def main() -> int:
    """Write both pages and all pictures; the answer is the exit code."""
    for language, name in PAGES.items():
        speak(language)
        lessons = [lesson(number) for number in range(1, len(CONTENTS) + 1)]
        (DOCS / name).write_text(page(lessons, language), encoding="utf-8")
        for each in lessons:
            for file, picture in each.pictures.items():
                write_bytes(DOCS / picture_file(file, language), small_png(picture))
        speak(None)
    return 0


def page(lessons: Sequence[Lesson], language: str) -> str:
    """The page of the lessons, in the language that is spoken."""
    headings = [heading(each) for each in lessons]
    contents = [
        f"- [{head}](#{anchor(head)}): {escaped(str(each.entry.about))}"
        for head, each in zip(headings, lessons, strict=True)
    ]
    blocks = [
        f"# {TITLE[language]}",
        LANGUAGE_LINE[language],
        ABOUT[language],
        "\n".join(contents),
    ]
    for head, each in zip(headings, lessons, strict=True):
        blocks += [f"## {head}", *lesson_blocks(each, language)]
    return "\n\n".join(blocks) + "\n"


def heading(each: Lesson) -> str:
    """What a lesson is headed with."""
    return render("lesson.heading", {"number": each.number, "title": str(each.entry.title)})


def anchor(head: str) -> str:
    """GitHub's name for a heading."""
    return re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")


def lesson_blocks(each: Lesson, language: str) -> list[str]:
    """The parts of a lesson, and its question with the answer folded away."""
    up = "../" if language == "ko" else ""
    files = [f"{up}{picture_file(file, language)}" for file in each.pictures]
    names = iter(files)
    blocks = [block(part, next(names) if isinstance(part, Picture) else "") for part in each.parts]
    answer = f"**{answer_text(each.question.expected)}.** {escaped(str(each.question.why))}"
    folded = f"<details><summary>{ANSWER[language]}</summary>\n\n{answer}\n\n</details>"
    asked = escaped(render("lesson.question", {"text": str(each.question.asked)}))
    return [*blocks, f"**{asked}**", fenced("sh", [f"striate learn lesson {each.number} --answer '...'"]), folded]


def block(part: Part, file: str) -> str:
    """A part as Markdown."""
    match part:
        case Text():
            return escaped(str(part.said))
        case Claim():
            texts = {"lesson.claimed": part.claimed, "lesson.found": part.found}
            return "\n>\n".join(f"> {escaped(render(code, {'text': str(text)}))}" for code, text in texts.items())
        case Picture():
            return f"![{part.caption}]({file})"
        case Commands():
            return f"{render('lesson.more')}\n\n{fenced('sh', part.lines)}"
        case Table():
            head, *rows = ([escaped(cell_text(cell)) for cell in row] for row in (part.head, *part.rows))
            return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
        case _:
            return fenced("text", block_lines(part))


def fenced(kind: str, lines: Sequence[str]) -> str:
    """Lines that stay as they are."""
    return "\n".join([f"```{kind}", *lines, "```"])


def escaped(text: str) -> str:
    """A text in which nothing is Markdown."""
    return re.sub(r"([\\*_`|<])", r"\\\1", text)


def picture_file(name: str, language: str) -> str:
    """Where a picture of the page stands, seen from docs/."""
    return f"{PICTURES}/{name.removesuffix('.png')}.{language}.png"


def small_png(picture: Picture) -> bytes:
    """A figure as PNG with a palette."""
    full, small = io.BytesIO(), io.BytesIO()
    figure = picture.make()
    figure.savefig(full, format="png", dpi=figure.dpi)
    with Image.open(full) as image:
        image.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            small, format="PNG", optimize=True
        )
    return small.getvalue()


if __name__ == "__main__":
    sys.exit(main())
