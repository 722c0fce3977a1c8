"""모델에 주는 데이터, 학습, 모델 파일."""

TEXTS = {
    "kind.logged": "학습 기록 값",
    "setting.whole": "{where}: {setting:quoted|은/는} 0 이상의 정수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.mode": "{where}: {setting:quoted|은/는} 'auto', 'min', 'max' 중 하나여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.names": "{where}: {setting:quoted|은/는} ['accuracy']와 같은 이름 목록이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "engine.batch_too_large": "이 프로그램은 한 번에 사진 {capacity}장까지 계산하도록 준비되었는데 {came}장이 들어왔습니다. 더 크게 준비하거나 나누어 "
    "넘기십시오.",
    "graph.other_input": "출력이 주어진 입력에서 나오지 않습니다. 층들이 출발한 Input을 넘기십시오.",
    "graph.no_layer": "모델은 층으로 이루어지는데 {came:이/가} 들어왔습니다. Conv2D(16, 3)과 같은 층 객체를 넘기십시오.",
    "graph.input_not_first": "Input은 다른 모든 층보다 앞에 와야 합니다. 맨 앞으로 옮기십시오.",
    "description.no_nodes": "신경망은 층이 하나 이상 있는 목록이어야 합니다.",
    "description.no_entry": "신경망의 각 층에는 고유한 이름과 층, 설정, 입력이 있어야 하는데 {came:이/가} 들어왔습니다.",
    "description.unknown_input": "{name}: 입력 {input:quoted|은/는} 이 층보다 앞에 있는 층이 아닙니다.",
    "description.no_settings": "{layer}: 설정은 표여야 하는데 {came!r:이/가} 들어왔습니다.",
    "description.loose_nodes": "출력으로 이어지지 않는 층이 있습니다: {names:quoted}.",
    "description.no_layers": "TOML에 [[layers]]가 없습니다. 층마다 하나씩 쓰십시오.",
    "description.no_layer_in_table": '[[layers]] 표에는 layer = "Conv2D"와 같은 줄이 있어야 하는데 {came:이/가} 들어왔습니다.',
    "description.not_toml": "{path:은/는} TOML 파일이 아닙니다: {reason}.",
    "data.not_numbers": "사진과 정답은 수의 배열이어야 하는데 dtype {dtype:이/가} 들어왔습니다.",
    "data.wrong_shape": "사진은 {required:size} 모양이어야 하는데 {came:size|이/가} 들어왔습니다. N은 사진의 수입니다.",
    "data.not_finite": "사진 {picture}번(0부터 셈)에 NaN이나 무한대가 있습니다. 빼거나 고치십시오.",
    "data.target_not_finite": "사진 {picture}번(0부터 셈)의 정답이 NaN이거나 무한대입니다. 빼거나 고치십시오.",
    "data.lengths_differ": "사진은 {pictures}장인데 정답은 {targets}개입니다. 사진마다 하나씩 있어야 합니다.",
    "data.targets_do_not_fit": "{loss}: 정답은 {required:size} 모양이어야 하는데(범주형 교차 엔트로피라면 클래스 번호도 됩니다) {came:size|이/가} "
    "들어왔습니다.",
    "data.target_no_share": "이진 교차 엔트로피의 정답은 0과 1 사이여야 하는데 {came[0]:g}에서 {came[1]:g} 사이의 값이 들어왔습니다.",
    "data.one_output": "{loss}에는 출력이 둘 이상 있어야 하는데 모델의 출력은 하나입니다. BinaryCrossentropy를 쓰거나 Dense(클래스 수)로 바꾸십시오.",
    "data.label_out_of_range": "사진 {picture}번(0부터 셈)의 라벨이 {came}인데 모델의 출력은 0부터 {last}까지를 나타냅니다. 라벨은 그 안의 "
    "정수여야 합니다. 마지막 층의 유닛을 늘리거나 라벨을 고치십시오.",
    "data.sample_weight": "sample_weight는 사진마다 하나씩, 0 이상의 유한한 수 {required}개여야 하는데 {came} 모양이 들어왔습니다.",
    "data.split_empty": "사진 {pictures}장을 validation_split={share:으로/로} 나누면 한쪽이 비게 됩니다. 사진을 늘리거나 비율을 바꾸십시오.",
    "data.no_pictures": "사진이 없습니다. 한 장 이상 넘기십시오.",
    "data.other_preprocessing": "이 사진들은 {came:으로/로} 읽었는데 모델은 {required:을/를} 받습니다. 모델의 전처리로 다시 읽으십시오.",
    "weights.do_not_fit": "모델 가중치의 모양은 {required}인데 {came:이/가} 들어왔습니다. get_weights()가 주는 것과 같은 배열들을 넘기십시오.",
    "model.not_compiled": "모델이 아직 어떻게 학습할지 모릅니다. 먼저 compile(optimizer, loss)를 부르십시오.",
    "model.no_preprocessing": "이 모델은 배열만으로 학습되어 파일을 읽는 방법을 모릅니다. model.preprocessing = striate.Preprocessing(size=(높이, 너비), "
    "colour='grey' 또는 'rgb')로, 배열을 만들 때 쓴 방법을 알려 주십시오.",
    "model_file.foreign": "{path:은/는} safetensors 파일이지만 신경망이 들어 있지 않아 Striate의 파일이 아닙니다. 이 파일을 만든 프로그램으로 여십시오.",
    "model_file.damaged": "{path:은/는} 손상되었거나 모델 파일이 아닙니다({reason}). 다른 사본을 쓰십시오.",
    "model_file.document": "{path}: 들어 있는 신경망 설명을 쓸 수 없습니다({reason}). 다른 사본을 쓰십시오.",
    "model_file.other_format": "{path}의 형식 버전은 {came}인데 이 Striate는 버전 {required:을/를} 읽습니다. 파일을 만든 버전의 Striate를 쓰거나 이 버전으로 "
    "다시 저장하십시오.",
    "model_file.tensors": "{path}: 가중치가 신경망과 맞지 않습니다(없는 것: {missing:list}, 남는 것: {extra:list}). 다른 사본을 쓰십시오.",
    "model_file.shape": "{path}: {name:은/는} {required} 모양의 float32여야 하는데 {came} 모양의 {dtype}입니다. 다른 사본을 쓰십시오.",
    "file.not_found": "{path:이/가} 없습니다. 경로를 확인하십시오.",
    "file.exists": "{path:이/가} 이미 있어서 그대로 두었습니다. 다른 이름을 고르거나 덮어쓰기를 허용하십시오.",
    "file.cannot_write": "{path}에 쓸 수 없습니다: {reason}. 다른 곳을 고르십시오.",
    "file.cannot_read": "{path:을/를} 읽을 수 없습니다: {reason}. 경로와 권한을 확인하십시오.",
    "training.loss_not_finite": "에폭 {epoch}, 스텝 {step}에서 학습을 멈췄습니다: 손실이 {loss}입니다. 가중치는 이 스텝 이전 그대로입니다. 대개 "
    "학습률({learning_rate:g})이 너무 큰 것이 원인입니다. 10분의 1로 줄여 보십시오.",
    "training.gradient_not_finite": "에폭 {epoch}, 스텝 {step}에서 학습을 멈췄습니다: 기울기의 수 {count}개가 NaN이거나 무한대입니다. 가중치는 이 스텝 "
    "이전 그대로입니다. 대개 학습률({learning_rate:g})이 너무 큰 것이 원인입니다. 10분의 1로 줄여 보십시오.",
    "training.all_epochs": "모든 에폭을 마쳤습니다.",
    "training.stopped_early": "허용한 에폭 동안 나아지지 않아 일찍 멈췄습니다.",
    "training.stopped_by_callback": "콜백이 학습을 멈췄습니다.",
    "setting.pattern": "{where}: {setting:quoted|은/는} 경로여야 하고, 원한다면 {{epoch}}나 {{val_loss:.3f}}와 같은 기록 값을 넣을 수 있는데 {came!r:이/가} "
    "들어왔습니다.",
    "setting.labelled": "{where}: {setting:quoted|은/는} (사진, 정답) 또는 (사진, 정답, 가중치)여야 하는데 {came:이/가} 들어왔습니다.",
    "data.not_an_array": "사진과 정답은 모든 행의 길이가 같은 배열이어야 하는데 {came:이/가} 들어왔습니다.",
    "layer.needs_batch": "{layer}: 층은 사진 여러 장, 곧 (사진 수, 높이, 너비, 채널)을 받는데 {came} 모양이 들어왔습니다. 사진 한 장 x라면 layer(x[None])로 "
    "쓰십시오.",
    "layer.other_weights": "{layer}: 이 층은 처음 불렸을 때 {required} 모양의 가중치를 뽑았는데, 이 사진에는 {came} 모양이 필요합니다. 새 층 객체를 쓰십시오.",
    "names.not_different_texts": "class_names는 클래스마다 하나씩, 서로 다른 글이어야 하는데 {came:이/가} 들어왔습니다.",
    "names.count": "class_names는 클래스마다 하나씩 {required}개여야 하는데 {came}개가 들어왔습니다.",
    "model.about_not_plain": "model.about에는 글, 유한한 수, True, False, None과 이들의 목록과 사전만 담을 수 있습니다: {reason}.",
    "model.no_probabilities": "마지막 층 {layer}에 softmax나 sigmoid가 없어 출력이 확률이 아닙니다. activation='softmax'를 주거나 predict를 쓰십시오.",
    "model_file.ending": "{path:은/는} 이름과 상관없이 safetensors 파일이 됩니다. 이름{ending} 꼴로 부르십시오.",
    "engine.key_missing": "이 프로그램은 무작위로 값을 버리므로 키(시드, 스텝)가 필요합니다. 키를 넘기십시오.",
    "training.short_batch": "배치 크기 {batch_size:이/가} 사진 수보다 큽니다. 사진 {pictures}장 모두가 짧은 배치 하나가 됩니다.",
    "training.weights_not_finite": "에폭 {epoch}, 스텝 {step}에서 학습을 멈췄습니다: 이 스텝에서 가중치 {count}개가 NaN이나 무한대가 되었습니다. 가중치는 이 스텝 "
    "이전 그대로입니다. 대개 학습률({learning_rate:g})이 너무 큰 것이 원인입니다. 10분의 1로 줄여 보십시오.",
}
