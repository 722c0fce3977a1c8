"""평가 지표와, `striate evaluate`가 그것으로 하는 말."""

TEXTS = {
    "metric.class_id": "{where}: {setting:quoted|은/는} 클래스 번호(0 이상의 정수)이거나 None이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "metric.no_such_class": "평가 지표가 {class_id}번 클래스를 묻지만 모델의 출력은 0부터 {last}까지를 나타냅니다. 이 가운데에서 고르십시오.",
    "metric.k_too_large": "클래스가 {classes}개이면 정답은 늘 상위 {k}개 안에 듭니다. k를 클래스 수보다 작게 하십시오.",
    "metric.no_probabilities": "보정 오차는 확률을 견주는데 이 출력은 0과 1 사이이면서 합이 1인 수가 아닙니다. 마지막 층에 activation='softmax'나 'sigmoid'를 주십시오.",
    "metric.name_twice": "두 값이 {name:quoted|이라/라}는 같은 이름으로 기록됩니다. Precision(name='mine')처럼 지표에 다른 이름을 주십시오.",
    "log.top_k_categorical_accuracy": "상위 k 정확도",
    "log.sparse_top_k_categorical_accuracy": "상위 k 정확도",
    "log.top5": "상위 5 정확도",
    "log.precision": "정밀도",
    "log.recall": "재현율",
    "log.f1": "F1",
    "log.f1_score": "F1",
    "log.expected_calibration_error": "보정 오차",
    "log.ece": "보정 오차",
}
