"""학습 전에 시험해 보는 것: 학습률, 그리고 한 에폭에 걸리는 시간."""

TEXTS = {
    "cli.train.minutes": "학습에 쓸 시간(분). 예: 10. 그 안에 마칠 수 있는 만큼의 에폭을 고르고, 시간이 다 되면 끝냅니다.",
    "cli.train.find_lr": "학습하기 전에 여러 학습률을 시험하고, lr.csv와 lr.png를 쓴 뒤, 찾은 학습률로 학습합니다.",
    "tuning.trying_rates": "모델의 사본으로 여러 학습률을 시험하는 중 ...",
    "tuning.trying_speed": "한 에폭에 걸리는 시간을 재는 중 ...",
    "tuning.rate_given": "학습률 {came:g|을/를} 주면서 학습률을 찾으라고도 했습니다. 둘 중 하나만 주십시오(--lr, --find-lr).",
    "tuning.no_rate": "시험한 학습률 가운데 손실이 줄어드는 것이 없어 {rate:g|을/를} 그대로 씁니다. lr.csv를 보고 --lr로 다른 값을 주십시오.",
    "tuning.too_long": "{epochs}에폭에는 약 {expected:duration|이/가} 걸려, {minutes:g}분에 끝나는 학습이 일정을 마치지 못합니다. 에폭을 줄이거나 시간을 늘리십시오.",
    "choice.lr.found": "학습률 {steps}개를 시험해 찾음: 손실이 가장 빨리 줄어드는 곳, 다만 손실이 가장 작은 곳의 10분의 1 이하",
    "choice.epochs.minutes": "{minutes:g}분 안에 마칠 수 있음: 한 에폭에 약 {seconds:duration}, 모두 {expected:duration}",
    "choice.epochs.least": "가장 적은 수: 한 에폭에 약 {seconds:duration|이/가} 걸리는데, 시험과 평가를 빼면 {minutes:g}분 가운데 그만큼도 남지 않음",
    "choice.epochs.enough": "보통의 {times}배. {minutes:g}분 중 약 {expected:duration|이/가} 걸리며, 더 늘려도 별로 나아지지 않음",
    "training.time_is_up": "시간이 다 되어 에폭 {epochs}에서 멈췄습니다. 그때까지 가장 좋은 모델은 남아 있으며, 학습률 일정은 끝까지 가지 못했습니다.",
    "figure.rate.title": "학습률 범위 시험",
    "figure.rate.losses": "스텝 하나",
    "figure.rate.smoothed": "부드럽게 한 값",
    "figure.rate.used": "쓴 값:",
}
