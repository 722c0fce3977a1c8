"""여러 입력을 받는 층, 그룹, 축, 직접 만든 층."""

TEXTS = {
    "setting.border": "{where}: {setting:quoted|은/는} 0 이상의 정수, (세로, 가로), ((위, 아래), (왼쪽, 오른쪽)) 중 하나여야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.axis": "{where}: {setting:quoted|은/는} -1(채널), 1, 2, 3 중 하나여야 하는데 {came!r:이/가} 들어왔습니다. 0은 배치입니다.",
    "size.groups": "{layer}: groups={groups:은/는} 들어오는 채널 {channels}개와 필터 {filters}개를 모두 나누어떨어지게 하는 수여야 합니다: {walk:walk}.",
    "size.add": "{layer}: 더하는 것들은 모양이 같아야 하는데 {shapes:list|이/가} 들어왔습니다. padding='same', strides 또는 1x1 합성곱으로 맞추십시오.",
    "size.concatenate": "{layer}: {axis}번 축으로 이어 붙이는 것들은 다른 축이 모두 같아야 하는데 {shapes:list|이/가} 들어왔습니다. padding='same'이나 strides로 "
    "맞추십시오.",
    "size.no_axis": "{layer}: {shape}에는 {axis}번 축이 없습니다. 축은 1부터 세고(0은 배치), -1은 마지막 축입니다.",
    "graph.mixed_inputs": "{layer}: 입력에 기호와 다른 것이 섞여 있습니다. 기호만, 또는 배열만 넘기십시오.",
    "graph.joins": "{layer:은/는} 둘 이상의 입력을 합치는 층인데 {came}개가 들어왔습니다. layer([x, y])처럼 목록으로 넘기십시오.",
    "graph.one_at_a_time": "{layer:은/는} 입력 하나를 받는데 {came}개가 들어왔습니다. 먼저 Add나 Concatenate로 합치십시오.",
    "layer.no_forward": "{where}: 직접 만든 층에는 forward(입력..., 가중치...) -> (출력, 저장값)이 있어야 합니다. 메서드를 만드십시오.",
    "layer.no_backward": "{where}: 직접 만든 층을 학습하려면 backward(dy, 저장값) -> 입력과 가중치의 기울기가 있어야 합니다. 메서드를 만드십시오.",
    "layer.unlike_batches": "{layer}: 입력마다 사진 수가 같아야 하는데 {came:list|이/가} 들어왔습니다. 같은 수로 넘기십시오.",
    "layer.other_output": "{layer}: forward가 낸 배열의 모양은 {came}인데 output_shape는 {required:이/가} 된다고 합니다. 둘을 맞추십시오.",
    "layer.other_gradients": "{layer}: backward는 입력과 가중치마다 기울기를 하나씩, 모양 {required:으로/로} 내야 하는데 {came:을/를} 냈습니다.",
    "layer.wrong_gradient": "{layer}: {of}의 한 방향으로 backward는 출력이 {said:.6g}만큼 움직인다고 하는데 forward는 {found:.6g}만큼 움직입니다. 둘 중 하나를 "
    "고치십시오.",
    "description.unknown_layer": "층 {name:quoted|은/는} 없습니다. 직접 만든 층이라면 파일을 읽기 전에 먼저 정의하십시오.",
}
