"""레시피: 신경망을 학습하는 방법."""

TEXTS = {
    "kind.recipe": "레시피 설정",
    "kind.schedule": "학습률 일정",
    "setting.text": "{where}: {setting:quoted|은/는} 문자열이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "recipe.no_table": "{path}: recipe는 표여야 합니다. [recipe] 아래에 epochs = 10과 같은 줄을 쓰십시오.",
    "cli.train.schedule": "학습률을 바꾸는 방법: constant, cosine(코사인을 따라 0까지 내림), linear(곧게 0까지 내림), one_cycle(올렸다가 내림).",
    "cli.train.weight_decay": "스텝마다 가중치가 (학습률을 곱한 만큼) 줄어드는 비율. 예: 0.01.",
    "cli.train.label_smoothing": "정답의 확신 가운데 모든 클래스에 나누어 줄 비율. 예: 0.1.",
}
