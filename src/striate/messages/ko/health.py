"""에폭이 끝날 때 학습의 건강에 대해 하는 말."""

TEXTS = {
    "health.dead": "{layer}: 시험한 어떤 사진에도 반응하지 않는 유닛이 {percent:.0f} %입니다. 이런 유닛은 늘 0이어서 아무것도 배우지 못합니다. 학습률을 낮추거나 활성화 "
    "함수 앞에 BatchNormalization을 두십시오.",
    "health.no_gradient": "{layer} 층에는 기울기가 전혀 오지 않아 아무것도 배우지 못합니다. 그 뒤에 있는 층들을 살펴보십시오.",
    "health.vanishing": "{layer} 층에 오는 기울기는 {strongest} 층의 {share:.0e}배여서 거의 배우지 못합니다. sigmoid나 tanh 대신 relu를 쓰거나, BatchNormalization을 넣거나, "
    "층을 줄이십시오.",
    "health.wild": "{layer}: 한 스텝에 가중치가 그 크기의 {percent:.0f} %만큼 바뀝니다. 학습률이 너무 큽니다. 10분의 1로 줄여 보십시오.",
    "health.hardly": "{layer} 층은 한 스텝에 가중치의 {ratio:.0e}만큼만 배웁니다. 거의 배우지 못하는 셈입니다. 학습률을 10배로 해 보십시오.",
    "health.guessing": "에폭 {epoch}번이 지난 지금 손실이 {loss:.3f}인데, 모든 클래스에 같은 확률을 줄 때의 {chance:.3f}보다 낮지 않습니다. 클래스를 찍고 있는 셈입니다. "
    "레이블과 사진이 맞는지 확인하고 다른 학습률을 써 보십시오.",
    "health.nothing_generalises": "일반화가 전혀 되지 않습니다. 에폭 {epoch}번이 지난 지금 따로 둔 사진 {pictures:,}장 가운데 {percent:.1f} %를 맞혔는데(학습한 사진은 "
    "{trained:.1f} %), 모두 가장 흔한 클래스라고 찍을 때({guess:.1f} %) 운으로 맞히는 정도입니다. 레이블과 사진이 맞는지 확인하고 다른 학습률을 써 보십시오.",
}
