"""모델이 얼마나 확신하는지, 그리고 '해당 없음'이라는 답."""

TEXTS = {
    "setting.probability": "{where}: {setting:quoted|은/는} 0 이상 1 이하의 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "confidence.config": "모델의 확신도 설정에는 'temperature', 'threshold', 'mirrored'와 필요하면 'shifted'만 있어야 하는데 {came:이/가} 들어왔습니다.",
    "usage.threshold": "{where}: {setting:은/는} 0과 1 사이의 확률이나 'none'이어야 하는데 {came:quoted|이/가} 들어왔습니다.",
    "cli.predict.threshold": "답으로 인정할 가장 낮은 확률. 이보다 낮으면 '해당 없음'입니다. 'none'이면 늘 답합니다(기본값: 학습할 때 정한 값).",
    "predict.none": "해당 없음",
    "predict.guess": "({best}?)",
    "train.shifted": "학습할 때 사진을 좌우로 뒤집고 움직이기도 했으므로, predict는 사진마다 원래 모습, 뒤집은 모습, 한 픽셀 움직인 모습까지 {looks}번 보고 "
    "답합니다.",
    "train.mirrored": "학습할 때 사진을 좌우로 뒤집기도 했으므로, predict는 사진마다 원래 모습과 뒤집은 모습을 한 번씩 보고 답합니다.",
    "train.confidence": "검증 사진 {pictures:,}장으로 확률을 보정했습니다: 온도 {temperature:.2f}. predict는 확률이 {percent:.1f} % 이상일 때만 답하고, 그보다 낮으면 '해당 없음'이라고 합니다(--threshold로 바꿀 수 있습니다).",
    "train.always_answers": "검증 사진 {pictures:,}장으로 확률을 보정했습니다: 온도 {temperature:.2f}. 맞힌 사진이 너무 적어 기준을 정할 수 없으므로 predict는 늘 답합니다(--threshold로 정할 수 있습니다).",
    "judged.balanced": "균형 정확도: {percent:.1f} % (클래스별 재현율의 평균)",
    "judged.calibrated": "보정한 뒤(온도 {temperature:.2f}): {percent:.1f} %",
    "judged.abstains": "확률이 {threshold:.1f} % 미만이라 '해당 없음'이라고 한 사진: {pictures:,}장 중 {refused:,}장, {share:.1f} % (95 % 신뢰 구간 {low:.1f}에서 {high:.1f} %)",
    "judged.answered": "답했을 때 맞힌 비율: {answered:,}장 중 {right:,}장, {share:.1f} % (95 % 신뢰 구간 {low:.1f}에서 {high:.1f} %)",
}
