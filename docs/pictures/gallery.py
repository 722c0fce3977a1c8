# ruff: noqa: E501 (captions)
"""Makes the gallery: `python docs/pictures/gallery.py [NAME ...]`, in an environment with the extra `demo`.

Two models are trained first, on what scikit-learn brings: `demo`, handwritten digits of 8x8 pixels, and `turned`, which
learns to say which way up a piece of two photographs is (Gidaris, Singh and Komodakis 2018), for which it needs edges.
Then every picture of docs/gallery.md is made by the line that is printed below it, once a language, and the pages are
written. The Korean ones need a font that has Hangul, such as NanumGothic.
"""

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_sample_image

from striate.model import load_model

HERE = Path(__file__).parent
DOCS = HERE.parent
PICTURES = HERE / "gallery"
SIDE, STEP = 96, 32  # of a piece; from one to the next
WAYS = {"en": ("upright", "turned left", "upside down", "turned right"), "ko": ("바로", "왼쪽", "거꾸로", "오른쪽")}
NETWORK = """
[[layers]]
layer = "BatchNormalization"
scale = false
center = false
momentum = 0.9

[[layers]]
layer = "Conv2D"
filters = 16
kernel_size = 7
padding = "same"
use_bias = false

[[layers]]
layer = "BatchNormalization"
momentum = 0.9

[[layers]]
layer = "ReLU"

[[layers]]
layer = "MaxPooling2D"

[[layers]]
layer = "Conv2D"
filters = 32
kernel_size = 3
padding = "same"
use_bias = false

[[layers]]
layer = "BatchNormalization"
momentum = 0.9

[[layers]]
layer = "ReLU"

[[layers]]
layer = "MaxPooling2D"

[[layers]]
layer = "Conv2D"
filters = 48
kernel_size = 3
padding = "same"
use_bias = false

[[layers]]
layer = "BatchNormalization"
momentum = 0.9

[[layers]]
layer = "ReLU"

[[layers]]
layer = "GlobalAveragePooling2D"

[[layers]]
layer = "Dense"
units = "classes"
activation = "softmax"
"""
TRAINED = (
    "demo -o demo",
    "train pieces -o turned --model turned.toml --size 64 --epochs 30 --optimizer adamw --lr 0.003 --weight-decay 0.7 --schedule cosine --augment shift=4 --no-preflight",
)


class Shown(NamedTuple):
    """A picture of the gallery: the line that makes it without `-o FILE`, and what is to be seen in it."""

    name: str
    ending: str
    line: str
    en: str
    ko: str


class Part(NamedTuple):
    """A heading, the page that says more, and pictures."""

    en: str
    ko: str
    page: str
    pictures: tuple[Shown, ...]


SEEN = "china.png"
UNIT = "relu3:37:5,3"
# fmt: off
PARTS = (
    Part(
        "One number",
        "수 하나",
        "look.md",
        (
            Shown(
                "trace", ".png", "look trace demo demo/digits/00-is-0.png --unit conv2:3:5,4",
                "One number of a feature map: its patch, the kernel, every product, their sum, and what the class score "
                "gains by it.",
                "특성 맵의 수 하나: 보는 패치, 커널, 모든 곱과 합, 그리고 클래스 점수에 미치는 영향.",
            ),
        ),
    ),
    Part(
        "Maps and kernels",
        "특성 맵과 커널",
        "look.md",
        (
            Shown(
                "maps", ".png", f"look maps turned {SEEN} --layer relu1",
                "What the first layer makes of a photograph: edges of one direction each, and colours. It was never told "
                "of edges; it learned to say which way up a picture is.",
                "첫 층이 사진으로 만든 특성 맵: 저마다 한 방향의 경계나 색을 찾습니다. 경계를 가르친 적은 없고, 이미지의 위아래를 "
                "맞히도록 배웠을 뿐입니다.",
            ),
            Shown(
                "kernels", ".png", "look kernels turned",
                "Its sixteen kernels of 7x7 in the picture's colours.",
                "이 층의 7x7 커널 16개를 이미지의 색으로.",
            ),
        ),
    ),
    Part(
        "A training as a film",
        "학습 과정을 필름으로",
        "film.md",
        (
            Shown(
                "film", ".webp", "look film turned",
                "Kernels from the first step to the last, evenly in the logarithm of the step.",
                "첫 스텝부터 마지막까지의 커널(스텝 수의 로그로 고르게).",
            ),
            Shown(
                "film-maps", ".png", f"look film turned --picture {SEEN}",
                "Some of its frames, with the maps of a photograph.",
                "그 가운데 몇 장면을 사진의 특성 맵과 함께.",
            ),
        ),
    ),
    Part(
        "Receptive fields",
        "수용 영역",
        "field.md",
        (
            Shown(
                "field", ".png", f"look field turned {SEEN} --unit {UNIT}",
                "What one unit can see, and what it does see: before the training and after.",
                "유닛 하나가 볼 수 있는 범위와 실제로 보는 부분: 학습 전과 후.",
            ),
            Shown(
                "padding", ".png", "look field turned --padding relu3",
                "How much of what each unit sees is padding.",
                "각 유닛이 보는 범위에서 패딩이 차지하는 몫.",
            ),
        ),
    ),
    Part(
        "Why",
        "왜 그렇게 답했는가",
        "why.md",
        (
            Shown(
                "gradcam", ".png", f"look why turned {SEEN} --method gradcam",
                "Grad-CAM: which places of the last maps speak for the winner, and for the runner-up.",
                "Grad-CAM: 마지막 특성 맵의 어느 자리가 1위와 2위 클래스를 지지하는지.",
            ),
            Shown(
                "occlusion", ".png", f"look why turned {SEEN} --method occlusion",
                "Occlusion: what the score loses where a square is covered.",
                "가려 보기: 네모로 가렸을 때 점수가 얼마나 떨어지는지.",
            ),
            Shown(
                "integrated", ".png", f"look why turned {SEEN} --method integrated-gradients",
                "Integrated gradients: what each pixel adds to the score, the sum being the whole difference from black.",
                "적분 그래디언트: 픽셀마다 점수에 보탠 몫. 모두 더하면 검은 이미지와의 점수 차이가 됩니다.",
            ),
        ),
    ),
    Part(
        "What excites a unit",
        "유닛을 가장 자극하는 것",
        "patches.md",
        (
            Shown(
                "patches-shallow", ".png", "look patches turned pieces --layer relu1 --units 0-11",
                "Shallow: of all pieces the parts that excite each unit most are edges and colours.",
                "얕은 층: 유닛마다 가장 크게 반응한 조각들은 경계와 색입니다.",
            ),
            Shown(
                "patches-deep", ".png", "look patches turned pieces --layer relu3 --units 0-11",
                "Deeper: roofs, beams, petals.",
                "깊은 층: 지붕, 들보, 꽃잎.",
            ),
        ),
    ),
    Part(
        "A window that slides",
        "미끄러지는 창",
        "shapes.md",
        (
            Shown(
                "conv", ".webp",
                'learn conv --image "8 8 8 7 6 5; 8 8 7 6 5 5; 8 8 6 5 5 5; 8 5 5 5 4 4; 5 5 5 5 4 4; 4 4 4 3 3 3" '
                '--kernel "0 0 1; -1 1 -1; 1 -1 0"',
                "A convolution, window by window.",
                "합성곱을 창 하나씩.",
            ),
            Shown(
                "pool", ".webp", 'learn pool --image "1 2 1 -1; 4 -1 -1 1; -2 0 1 1; 0 0 1 -1"',
                "A pooling.",
                "풀링.",
            ),
            Shown(
                "strokes", ".png", "learn strokes",
                "Straight and curved kernels, made by hand, over 1s and 0s: how they answer on average.",
                "손으로 만든 곧은 커널과 굽은 커널이 숫자 1과 0에 평균 얼마로 답하는지.",
            ),
        ),
    ),
    Part(
        "Ideas, measured",
        "생각을 재어 보기",
        "race.md",
        (
            Shown(
                "race-beale", ".webp", "learn race --on beale --optimizers gd,momentum,nag,adagrad,rmsprop,adam",
                "Update rules on Beale's function, from one place.",
                "빌 함수 위에서 같은 자리에서 출발한 최적화 방법들.",
            ),
            Shown(
                "activations", ".png", "learn activations",
                "Activations, their slopes, and what is left of a gradient after 3, 10 and 30 layers.",
                "활성화 함수와 기울기, 그리고 3, 10, 30층을 지난 뒤에 남는 그래디언트.",
            ),
        ),
    ),
)
# fmt: on


def write_pieces(folder: Path) -> None:
    """Pieces of both photographs, each in all four ways: one folder a way."""
    for name in ("china", "flower"):
        photograph: NDArray[np.uint8] = load_sample_image(f"{name}.jpg")
        height, width = photograph.shape[:2]
        Image.fromarray(photograph).save(folder.parent / f"{name}.png")
        for way, label in enumerate(WAYS["en"]):
            (folder / label).mkdir(parents=True, exist_ok=True)
            for top in range(0, height - SIDE + 1, STEP):
                for left in range(0, width - SIDE + 1, STEP):
                    piece = np.rot90(photograph[top : top + SIDE, left : left + SIDE], way)
                    Image.fromarray(piece).save(folder / label / f"{name}-{top:03d}-{left:03d}.png")


def striate(line: str, folder: Path, language: str, *more: str) -> None:
    """Run a line of the shell in a folder."""
    words: list[Any] = [sys.executable, "-m", "striate", *shlex.split(line), *more, "--lang", language]
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def train(folder: Path) -> None:
    """Both models."""
    write_pieces(folder / "pieces")
    (folder / "turned.toml").write_text(NETWORK)
    for line in TRAINED:
        striate(line, folder, "en")


def name_classes(file: Path, language: str) -> None:
    """Give the classes of `turned` their names in a language."""
    model = load_model(file)
    names = dict(zip(WAYS["en"], WAYS[language], strict=True))
    model.class_names = [names.get(name, name) for name in model.class_names or ()]
    model.save(file)


def main(names: list[str]) -> None:
    """Make the pictures, all or the named ones, and the pages."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        train(folder)
        for language in WAYS:
            name_classes(folder / "turned" / "best.safetensors", language)
            for part in PARTS:
                for shown in part.pictures:
                    if not names or shown.name in names:
                        made = PICTURES / f"{shown.name}.{language}{shown.ending}"
                        striate(shown.line, folder, language, "-o", str(made))
    write_pages()


TITLES = {"en": "# Gallery", "ko": "# 갤러리"}
OTHERS = {"en": "[한국어](ko/gallery.md)", "ko": "[English](../gallery.md)"}
ABOUT = {
    "en": """What one sees with `striate look` and `striate learn`. Every picture here is made by `docs/pictures/gallery.py`, which
trains two models on what scikit-learn brings: `demo`, the handwritten digits of `striate demo`, and `turned`, which
learns from pieces of two photographs to say which way up they are. Below each picture stands the line that made it.
""",
    "ko": """`striate look`과 `striate learn`으로 볼 수 있는 것들입니다. 여기 있는 모든 그림은 `docs/pictures/gallery.py`가 만듭니다. 이
스크립트는 scikit-learn에 들어 있는 자료로 모델 두 개를 학습합니다. `demo`는 `striate demo`의 손글씨 숫자 모델이고, `turned`는
사진 두 장의 조각을 보고 어느 쪽이 위인지 맞히는 모델입니다. 그림마다 아래에 그 그림을 만든 명령이 있습니다.
""",
}
MORE = {"en": "More: [{page}]({page})", "ko": "더 보기: [{page}]({page})"}
PHOTOGRAPHS = "`china.jpg`, danielbuechele, flickr.com/photos/danielbuechele/6061409035; `flower.jpg`, vultilion, flickr.com/photos/vultilion/6056698931; CC BY 2.0"
CREDITS = {
    "en": f"The photographs are sample images of scikit-learn: {PHOTOGRAPHS}.",
    "ko": f"사진은 scikit-learn의 예제 이미지입니다: {PHOTOGRAPHS}.",
}


def page(language: str) -> str:
    """The gallery in Markdown."""
    up = "" if language == "en" else "../"
    trained = "\n".join(f"striate {line}" for line in TRAINED)
    lines = [TITLES[language], OTHERS[language], ABOUT[language].rstrip(), f"```sh\n{trained}\n```"]
    for part in PARTS:
        lines.append(f"## {part.en if language == 'en' else part.ko}")
        for shown in part.pictures:
            told = shown.en if language == "en" else shown.ko
            made = f"{shown.name}.{language}{shown.ending}"
            lines += [told, f"![{told}]({up}pictures/gallery/{made})"]
            lines.append(f"```sh\nstriate {shown.line} -o {shown.name}{shown.ending}\n```")
        lines.append(MORE[language].format(page=part.page))
    return "\n\n".join([*lines, CREDITS[language]]) + "\n"


def write_pages() -> None:
    """docs/gallery.md and docs/ko/gallery.md."""
    (DOCS / "gallery.md").write_text(page("en"), encoding="utf-8")
    (DOCS / "ko" / "gallery.md").write_text(page("ko"), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
