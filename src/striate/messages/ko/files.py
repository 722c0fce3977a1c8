"""한 이름이 두 번 나오는 모델 파일과, 모델 파일에 담기에 너무 긴 기록."""

TEXTS = {
    "model_file.newer_format": "{path}의 형식 버전은 {came}인데 이 Striate는 버전 {required}까지 읽습니다. Striate를 업데이트하십시오(pip install --upgrade striate).",
    "model_file.name_twice": "{path}: {name:quoted|이/가} 두 번 나와서 어느 것이 맞는지 알 수 없습니다. 다른 사본을 쓰십시오.",
    "model.about_too_long": "model.about을 넣으면 파일의 설명이 {came:,}자가 되는데 {most:,}자까지만 다시 읽을 수 있습니다. 담는 것을 줄이십시오.",
}
