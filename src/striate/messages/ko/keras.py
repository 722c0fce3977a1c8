"""Keras에는 있고 여기에는 그 이름으로 없는 것, 그리고 Striate에서 하는 방법."""

TEXTS = {
    "setting.settled": "{where}: {name:quoted|은/는} 바꿀 수 없습니다. 설명은 만든 뒤에 바뀌지 않습니다. 다른 인자로 새로 "
    "만드십시오.",
    "data.class_numbers": "to_categorical은 0부터 {last}까지의 정수인 클래스 번호를 받는데 {came:이/가} 들어왔습니다. 번호를 고치거나 "
    "num_classes를 늘리십시오.",
    "data.no_class_numbers": "to_categorical은 0 이상의 정수인 클래스 번호를 받는데 {came:이/가} 들어왔습니다. 번호를 고치십시오.",
    "keras.augmentation": "{where}에는 {name:quoted|이/가} 없습니다. 사진은 fit(..., augmentation=striate.Augmentation(...))으로 "
    "변형하며, 검증할 때는 그대로 둡니다(docs/ko/augmentation.md).",
    "keras.scaling": "{where}에는 {name:quoted|이/가} 없습니다. striate.load_images(폴더)가 사진의 크기와 값을 맞추고 모델이 그 "
    "방법을 기억합니다. 배열은 x / 255처럼 미리 맞추십시오.",
    "keras.regularizer": "{where}에는 {name:quoted|이/가} 없습니다. 가중치는 최적화 방법이 작게 유지합니다. "
    "AdamW(weight_decay=0.004)를 쓰거나 다른 최적화 방법에 weight_decay를 주십시오.",
    "keras.sequences": "{where}에는 {name:quoted|이/가} 없습니다. 여기의 신경망은 사진(높이, 너비, 채널)을 받으며 순서열, 글, 입체는 "
    "받지 않습니다.",
    "keras.own_layer": "{where}에는 {name:quoted|이/가} 없습니다. striate.layers.custom으로 직접 층을 만들거나(docs/ko/extending.md) "
    "다른 층을 쓰십시오.",
    "keras.separable": "{where}에는 {name:quoted|이/가} 없습니다. DepthwiseConv2D(3) 뒤에 Conv2D(filters, 1)을 두면 같은 계산입니다.",
    "keras.slope": "{where}에는 {name:quoted|이/가} 없습니다. ReLU(negative_slope=0.3)을 쓰거나 앞의 층에 "
    "activation='leaky_relu' 또는 'elu'를 주십시오.",
    "keras.reshape": "{where}에는 {name:quoted|이/가} 없습니다. 배열의 모양은 x.reshape(...)이나 x.transpose(...)로 미리 "
    "바꾸십시오. 특성 맵을 벡터로 펴는 것은 Flatten()입니다.",
    "keras.joining": "{where}에는 {name:quoted|이/가} 없습니다. 층 Add()([a, b]) 또는 Concatenate()([a, b])로 쓰십시오.",
    "keras.utils": "{where}에는 {name:quoted|이/가} 없습니다. to_categorical은 striate.utils.to_categorical이며, 클래스 번호를 "
    "그대로 써도 됩니다.",
    "keras.seeds": "{where}에는 {name:quoted|이/가} 없습니다. 시드는 모델마다 따로 있습니다. Sequential(layers, seed=1)처럼 "
    "주며, 주지 않으면 0입니다.",
    "keras.drawing": "{where}에는 {name:quoted|이/가} 없습니다. model.summary()가 층과 크기를, model.explain()이 계산 방법을 보여 "
    "줍니다.",
    "keras.datasets": "{where}에는 {name:quoted|이/가} 없습니다. 'striate data get mnist'로 사진 모음을 받아 "
    "striate.load_images('mnist')로 읽으십시오. striate.digits()는 내려받을 것이 없습니다.",
    "keras.applications": "{where}에는 {name:quoted|이/가} 없습니다. 이름난 신경망은 striate.presets의 함수입니다. 예: "
    "striate.presets.resnet18(classes=10, size=(64, 64)). 가중치는 초깃값입니다.",
    "keras.strings": "{where}에는 {name:quoted|이/가} 없습니다. 활성화 함수와 초기화 방법은 이름으로 줍니다. 예: "
    "activation='relu', kernel_initializer='he_normal'.",
    "keras.no_session": "{where}에는 {name:quoted|이/가} 없습니다. 전역 상태가 없습니다. 모두 float32이고, engine과 threads는 "
    "compile에 줍니다. 이 줄을 빼십시오.",
    "keras.numpy": "{where}에는 {name:quoted|이/가} 없습니다. 모델이 받고 내놓는 것은 NumPy 배열입니다. NumPy의 함수를 쓰십시오.",
    "keras.loading": "{where}에는 {name:quoted|이/가} 없습니다. model.save(path)가 신경망과 가중치를 파일 하나에 쓰고 "
    "striate.load_model(path)가 읽습니다.",
    "keras.own_loss": "{where}에는 {name:quoted|이/가} 없습니다. striate.losses의 손실 함수를 쓰거나 Loss를 상속해 직접 "
    "만드십시오(docs/ko/extending-training.md).",
    "keras.accuracy": "{where}에는 {name:quoted|이/가} 없습니다. 'accuracy'가 모델의 출력에 맞는 정확도를 고릅니다. 다른 지표는 "
    "striate.metrics에 있습니다.",
    "keras.own_rule": "{where}에는 {name:quoted|이/가} 없습니다. striate.optimizers의 규칙을 쓰거나 Rule을 상속해 직접 "
    "만드십시오(docs/ko/extending-training.md).",
    "keras.own_callback": "{where}에는 {name:quoted|이/가} 없습니다. striate.callbacks.Callback을 상속하거나 CSVLogger를 "
    "쓰십시오(docs/ko/extending-training.md).",
    "keras.not_finite": "{where}에는 {name:quoted|이/가} 없습니다. 학습은 유한하지 않은 첫 번째 수에서 늘 멈추고 어디에서 왔는지 알려 "
    "줍니다. 빼십시오.",
    "keras.history": "{where}에는 {name:quoted|이/가} 없습니다. fit이 돌려줍니다. history = model.fit(...) 다음에 "
    "history.history['loss']를 보십시오.",
    "keras.classes": "{where}에는 {name:quoted|이/가} 없습니다. model.predict(x).argmax(axis=-1)을 쓰고, 클래스 이름이 필요하면 "
    "model.classify(files)를 쓰십시오.",
    "keras.probabilities": "{where}에는 {name:quoted|이/가} 없습니다. model.predict(x)를 쓰십시오.",
    "keras.generator": "{where}에는 {name:quoted|이/가} 없습니다. fit과 evaluate는 batches가 있는 객체로 된 직접 만든 데이터를 "
    "받고(docs/ko/feeding.md), predict는 배열을 받습니다.",
    "keras.one_file": "{where}에는 {name:quoted|이/가} 없습니다. save(path)가 신경망과 가중치를 파일 하나에 쓰고 "
    "striate.load_model(path)가 읽습니다. 가중치를 옮기는 것은 model.take_weights(other)입니다.",
    "keras.compiled": "{where}에는 {name:quoted|이/가} 없습니다. 최적화 방법, 손실 함수, 지표를 바꾸려면 compile을 다시 "
    "호출하십시오. evaluate(x, y, return_dict=True)는 이름과 함께 답합니다.",
    "keras.named_weights": "{where}에는 {name:quoted|이/가} 없습니다. model.weights에 모두 이름으로 들어 있습니다. 예: "
    "model.weights['conv1/kernel']. 무엇이 학습할지는 freeze와 unfreeze로 정합니다.",
    "keras.shapes": "{where}에는 {name:quoted|이/가} 없습니다. 크기는 model.graph.input_shape와 model.graph.output_shape, 층이 "
    "내놓는 것은 model.feature_maps(x, 'conv1')입니다.",
    "keras.pop": "{where}에는 {name:quoted|이/가} 없습니다. striate.Sequential(model.layers[:-1])로 새로 만들고 "
    "new.take_weights(model)로 가중치를 주십시오.",
    "keras.layer_weights": "{where}에는 {name:quoted|이/가} 없습니다. 층은 설명일 뿐이고 가중치는 모델에 있습니다. "
    "model.weights['conv1/kernel']처럼 summary()가 보여 주는 이름으로 찾으십시오.",
    "keras.layer_trainable": "{where}에는 {name:quoted|이/가} 없습니다. 어느 층이 학습할지는 모델이 정합니다. model.freeze('conv1'), "
    "model.unfreeze('conv1')을 쓰십시오.",
    "keras.layer_shapes": "{where}에는 {name:quoted|이/가} 없습니다. 층은 크기를 모릅니다. 크기는 model.summary()가 보여 주고, 층이 "
    "내놓는 것은 model.feature_maps(x, 'conv1')입니다.",
    "keras.layer_settings": "{where}에는 {name:quoted|이/가} 없습니다. 설정은 layer.filters처럼 속성으로 읽고, repr(layer)가 모두 보여 "
    "줍니다.",
    "keras.part_of_epoch": "{where}에는 인자 {name:quoted|이/가} 없습니다. 에폭 하나는 모든 사진을 한 번 지나갑니다. 빼거나 사진을 적게 "
    "주십시오.",
    "keras.goes_on": "{where}에는 인자 {name:quoted|이/가} 없습니다. fit을 다시 호출하면 끝난 곳에서 주어진 에폭만큼 이어 갑니다. "
    "빼십시오.",
    "keras.every_epoch": "{where}에는 인자 {name:quoted|이/가} 없습니다. 검증은 에폭마다 합니다. 빼십시오.",
    "keras.one_batch_size": "{where}에는 인자 {name:quoted|이/가} 없습니다. batch_size가 검증에도 쓰입니다. 빼십시오.",
    "keras.reads_ahead": "{where}에는 인자 {name:quoted|이/가} 없습니다. 사진은 알아서 미리 읽습니다. 빼십시오.",
    "keras.channels_last": "{where}에는 인자 {name:quoted|이/가} 없습니다. 사진은 (N, 높이, 너비, 채널)로 들어옵니다. 빼고, 다른 것은 "
    "x.transpose(0, 2, 3, 1)로 돌리십시오.",
    "keras.flat_input": "{where}에는 인자 {name:quoted|이/가} 없습니다. 대신 input_shape=(n,)을 쓰십시오.",
    "keras.any_batch": "{where}에는 인자 {name:quoted|이/가} 없습니다. 배치의 크기는 자유롭습니다. 배치를 뺀 input_shape를 주십시오.",
    "keras.float32": "{where}에는 인자 {name:quoted|이/가} 없습니다. 모두 float32로 계산합니다. 빼십시오.",
    "keras.decay": "{where}에는 인자 {name:quoted|이/가} 없습니다. learning_rate에 striate.optimizers.schedules의 스케줄을 "
    "주거나 weight_decay를 주십시오.",
    "keras.leave_out": "{where}에는 인자 {name:quoted|이/가} 없고 대신할 것도 없습니다. 빼십시오.",
    "graph.no_list": "Sequential은 층의 목록을 받는데 {came:이/가} 들어왔습니다. Sequential([...])처럼 쓰십시오.",
    "data.goes_once": "사진과 정답은 배열이어야 하는데 한 번만 지나갈 수 있는 {came:이/가} 들어왔습니다. 배열로 만들거나, 길이와 class_names와 batches가 있는 객체로 만드십시오(docs/ko/feeding.md).",
    "data.pair": "사진과 정답은 x와 y로 따로 주어야 하는데 값 {came}개짜리 튜플이 들어왔습니다. fit(x, y) 또는 evaluate(x, y)로 쓰십시오.",
    "setting.augmentation": "{where}: {setting:quoted|은/는} striate.Augmentation(flip=True)와 같은 Augmentation이거나 None이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "file.is_folder_to_write": "{path:은/는} 폴더입니다. 그 안의 파일을 model.safetensors처럼 지정하십시오.",
}
