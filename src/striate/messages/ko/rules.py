"""갱신 규칙, 학습률 일정, 동결한 층, 클래스별 가중치."""

TEXTS = {
    "cli.metavar.name": "이름",
    "setting.not_negative": "{where}: {setting:quoted|은/는} 0 이상의 유한한 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.proper_share": "{where}: {setting:quoted|은/는} 0보다 크고 1보다 작은 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "rule.one_clip": "{where:은/는} 기울기를 한 가지 방법으로만 자를 수 있는데 {given:quoted|이/가} 들어왔습니다. 하나만 남기십시오.",
    "optimizer.text": "최적화 방법은 'adam'이나 'sgd,momentum=0.9,nesterov=true'처럼 쓰고 설정마다 값을 붙여 한 번까지만 쓰는데 {came:quoted|이/가} 들어왔습니다.",
    "rule.no_formula": "{where}에는 가중치를 갱신하는 방법이 정의되어 있지 않습니다. update(self, theta, g, slots, t, eta) 메서드를 만드십시오.",
    "loss.no_formula": "{where}에는 손실을 계산하는 방법이 정의되어 있지 않습니다. forward(self, output, y)와 backward(self, output, y) 메서드를 만드십시오.",
    "schedule.no_formula": "{where}에는 스텝마다 학습률을 정하는 방법이 정의되어 있지 않습니다. __call__(self, step) 메서드를 만드십시오.",
    "schedule.ascending": "{where}: {setting:quoted|은/는} 앞의 것보다 점점 커지는 0 이상의 정수 하나 이상이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "schedule.rates": "{where}: {setting:quoted|은/는} 0 이상의 유한한 수들이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "schedule.lengths": "{where}: {setting:quoted|은/는} 경계보다 하나 많은 {required}개여야 하는데 {came}개가 들어왔습니다.",
    "rate.no_function": "{where}: {setting:quoted|은/는} 에폭과 학습률을 받는 함수여야 하는데 {came:이/가} 들어왔습니다.",
    "rate.no_rate": "{where}: 에폭 {epoch}(0부터 셈)에 함수가 {came!r:을/를} 돌려주었습니다. 0 이상의 유한한 수를 돌려주어야 합니다.",
    "training.rate_is_scheduled": "학습률은 일정이 스텝마다 정하므로 {where:이/가} 바꿀 수 없습니다. 최적화 방법의 learning_rate를 수로 주거나 {where:을/를} 빼십시오.",
    "weights.both": "{where:은/는} class_weight와 sample_weight 중 하나만 받습니다. 두 값을 곱하여 sample_weight로 주십시오.",
    "weights.by_class": "class_weight는 0부터 {last}까지의 클래스 번호마다 0 이상의 유한한 수를 짝지어야 하는데 {came!r:이/가} 들어왔습니다.",
    "weights.no_class": "class_weight를 쓰려면 사진마다 클래스가 하나여야 하는데 사진 하나의 정답이 {shape} 모양입니다. sample_weight를 쓰십시오.",
    "summary.total.trainable": "학습하는 가중치: {trainable:,}개",
}
