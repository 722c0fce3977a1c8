"""그림."""

TEXTS = {
    "extra.missing": "여기에 필요한 {package:이/가} 설치되어 있지 않습니다. 다음과 같이 설치하십시오: pip install 'striate[{extra}]'",
    "figure.no_hangul_font": "한글 글꼴이 설치되어 있지 않아 그림의 글은 영어로, 한글 이름은 로마자로 적습니다. 다음과 같이 글꼴을 설치하십시오: "
    "sudo apt install fonts-nanum",
    "figure.no_history": "그릴 것이 없습니다. 학습 기록에 에폭이 하나도 없으니 한 에폭 이상 학습하십시오.",
    "figure.pictures_shape": "보여 줄 사진은 (사진 수, 높이, 너비, 채널) 꼴이고 채널은 1 또는 3이어야 하는데 {came} 모양이 들어왔습니다. "
    "pictures[..., np.newaxis]처럼 빠진 축을 더하십시오.",
    "figure.answers": "사진마다 답이 하나씩 있어야 하는데 사진은 {pictures}장, 답은 {answers}개입니다. 수를 맞추십시오.",
    "figure.maps_shape": "보여 줄 특성 맵은 (높이, 너비, 맵 수) 꼴이어야 하는데 {came} 모양이 들어왔습니다. maps[0]처럼 사진 한 장의 것을 고르십시오.",
    "figure.unknown_ending": "{path}: 그림의 파일 이름은 {known:list} 중 하나로 끝나야 합니다. 이름을 바꾸십시오.",
    "figure.no_folder": "{path}: {folder} 폴더가 없습니다. 폴더를 만들거나 다른 곳을 고르십시오.",
    "figure.saved": "그림: {file}",
    "figure.training": "학습",
    "figure.validation": "검증",
    "figure.epoch": "에폭",
    "figure.picture": "사진",
    "figure.truth": "정답: {truth}",
    "figure.no_viewer": "이 컴퓨터에서 이미지를 보여 줄 프로그램을 찾지 못했습니다. save_figure('figure.png')로 파일에 저장하십시오.",
}
