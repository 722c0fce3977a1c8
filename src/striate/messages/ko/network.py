"""설정, 이름, 크기, 연결."""

TEXTS = {
    "kind.layer": "층",
    "kind.activation": "활성화 함수",
    "kind.initializer": "초기화 방법",
    "kind.loss": "손실 함수",
    "kind.optimizer": "최적화 방법",
    "kind.metric": "평가 지표",
    "kind.engine": "엔진",
    "kind.node": "층",
    "kind.preset": "신경망",
    "name.unknown": "{kind:text} {name:quoted|은/는} 없습니다. 쓸 수 있는 이름: {known:quoted}.",
    "name.unknown_did_you_mean": "{kind:text} {name:quoted|은/는} 없습니다. 혹시 {close:quoted}입니까? 쓸 수 있는 이름: {known:quoted}.",
    "name.is_class": "{name:quoted|은/는} 클래스입니다. {kind:text|을/를} 만들어 {name}(...)처럼 주십시오.",
    "keyword.unknown": "{where}에는 {name:quoted|이라/라}는 인자가 없습니다. 받는 인자: {known:quoted}.",
    "keyword.unknown_did_you_mean": "{where}에는 {name:quoted|이라/라}는 인자가 없습니다. 혹시 {close:quoted}입니까?",
    "setting.old_name": "{where}: {old:quoted|은/는} '{new}'의 옛 이름입니다. {new:quoted|으로/로} 받아들였습니다.",
    "setting.too_many": "{where:은/는} 위치 인자를 {required}개({known:list})까지 받는데 {came}개가 들어왔습니다. 나머지는 이름을 붙여 넘기십시오.",
    "setting.twice": "{where}: {setting:quoted|이/가} 두 번 주어졌습니다. 하나를 빼십시오.",
    "setting.missing": "{where}: {setting:quoted|은/는} 기본값이 없는 필수 인자입니다. 값을 주십시오.",
    "setting.positive": "{where}: {setting:quoted|은/는} 1 이상의 정수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.positive_pair": "{where}: {setting:quoted|은/는} 1 이상의 정수 하나 또는 둘(높이, 너비)이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.padding": "{where}: {setting:quoted|은/는} 'valid', 'same', 0 이상의 정수, (세로, 가로), ((위, 아래), (왼쪽, 오른쪽)) 중 하나여야 하는데 "
    "{came!r:이/가} 들어왔습니다.",
    "setting.flag": "{where}: {setting:quoted|은/는} True 또는 False여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.share": "{where}: {setting:quoted|은/는} 0 이상 1 미만의 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.real": "{where}: {setting:quoted|은/는} 유한한 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.positive_real": "{where}: {setting:quoted|은/는} 0보다 큰 유한한 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.abstract": "{where:은/는} 다른 클래스의 바탕 클래스라 직접 쓸 수 없습니다. 이를 상속한 클래스를 쓰십시오.",
    "size.window_of_padding": "{layer}: 패딩 {border} 때문에 {kernel:size} 창이 통째로 사진 밖에 놓입니다. 각 변의 패딩은 창보다 작아야 합니다.",
    "size.shared_layer": "{layer}: 이 층은 앞에서 이미 쓰였고 거기서 가중치의 모양은 {required}인데, 여기서는 {came:이/가} 됩니다. 여기에는 다른 층을 쓰거나, 두 "
    "곳에 들어오는 모양을 같게 하십시오.",
    "setting.name": "{where}: {setting:quoted|은/는} '/'와 ':'가 없는, 출력 가능한 글자로 된 이름이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.shape": "{where}: {setting:quoted|은/는} 1 이상의 정수들, 곧 (높이, 너비, 채널) 또는 (길이,)여야 하는데 {came!r:이/가} 들어왔습니다.",
    "size.needs_maps": "{layer}: {kind:은/는} (높이, 너비, 채널) 꼴의 특성 맵에 쓰는 층인데 {shape:size} 모양이 들어옵니다: {walk:walk}. "
    "Flatten과 Dense보다 앞에 두십시오.",
    "graph.one_input": "모델에는 Input이 정확히 하나 있어야 하는데 {came}개입니다. Input 하나에서 출발해 만드십시오.",
    "graph.no_layers": "모델에는 입력 말고도 층이 하나 이상 있어야 합니다. 층을 더하십시오.",
    "graph.name_twice": "{name:quoted|이라/라}는 이름의 층이 둘입니다. 이름을 다르게 하거나, 두 곳에 같은 층 객체를 쓰십시오.",
    "graph.input_shape_unknown": "모델이 아직 사진의 크기를 모릅니다. Input((높이, 너비, 채널))로 시작하거나, {layer}에 input_shape를 주거나, "
    "먼저 사진으로 fit 또는 predict를 호출하십시오.",
    "layer.called_on_unknown": "{layer}: 층은 배열(사진 수, 높이, 너비, 채널)이나 Input(...) 같은 기호로 호출해야 하는데 {came:이/가} 들어왔습니다.",
}
