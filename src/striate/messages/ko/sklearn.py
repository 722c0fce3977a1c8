"""scikit-learn용 분류기."""

TEXTS = {
    "sklearn.not_fitted": "이 CNNClassifier는 아직 아무것도 배우지 않았습니다. 먼저 fit(X, y)를 호출하십시오.",
    "sklearn.image_shape": "X의 행은 수 {features}개인데 신경망은 사진을 받습니다. image_shape=(높이, 너비) 또는 (높이, 너비, 채널)로 사진의 모양을 알려 주십시오.",
    "sklearn.image_shape_form": "image_shape는 (높이, 너비) 또는 (높이, 너비, 채널)이어야 하는데 {came:이/가} 들어왔습니다.",
    "sklearn.rows": "X는 사진 (N, H, W)나 (N, H, W, C), 또는 수의 행 (N, D)여야 하는데 {came} 모양이 들어왔습니다. 사진 한 장 x라면 x[None]으로 쓰십시오.",
    "sklearn.features": "X의 행은 수 {came}개인데 CNNClassifier는 {required}개, 곧 사진 한 장의 픽셀 수에 채널 수를 곱한 만큼을 받습니다. fit에 준 것과 같은 꼴로 주십시오.",
    "sklearn.sparse": "X가 희소 행렬이라 신경망이 읽을 수 없습니다. X.toarray()를 넘기십시오.",
    "sklearn.no_weight": "표본 가중치가 모두 0이라 배울 것이 없습니다. 0보다 큰 가중치를 하나라도 주십시오.",
    "sklearn.labels": "y는 사진마다 하나씩 있는 레이블, 곧 문자열이나 정수여야 하는데 {came:이/가} 들어왔습니다.",
    "sklearn.one_class": "모든 사진이 {came!r} 클래스에 속합니다. 분류하려면 클래스가 둘 이상 있어야 합니다.",
}
