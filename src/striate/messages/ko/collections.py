"""`striate data`: 사진 모음을 살펴보고, 널리 쓰이는 모음을 내려받습니다."""

TEXTS = {
    "cli.data.help": "학습하기 전에 사진을 살펴보고, 널리 쓰이는 사진 모음을 내려받습니다.",
    "cli.data.show.help": "클래스마다 사진 몇 장씩을 한 장에 그립니다.\n"
    "DATA의 형식은 train과 같습니다. --augment를 주면 사진마다 그 오른쪽에, 학습의 처음 몇 에폭이 그 사진 대신 보게 될 모습을 그립니다.",
    "cli.data.show.data": "살펴볼 사진.",
    "cli.data.show.output": "그림을 쓸 파일, PNG 또는 SVG.",
    "cli.data.show.augment": "사진을 바꾸는 방법. train과 같게 쓰거나, auto(그런 사진에 흔히 쓰는 방법).",
    "cli.data.show.pictures": "클래스마다 보여 줄 사진 수(기본값: 10, --augment를 주면 2).",
    "cli.data.show.seed": "사진과 그 변형을 고르는 시드.",
    "data.show.title": "{data}: 사진 {pictures:,}장",
    "data.show.usual": "{augmentation}: {reason}",
    "data.show.first": "클래스 {classes}개 중 처음 {shown}개만 보여 줍니다.",
    "data.show.wrote": "{file}",
}
