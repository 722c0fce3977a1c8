"""들여다보기: 모든 명령이 함께 쓰는 글."""

TEXTS = {
    "cli.look.help": "모델의 속을 들여다봅니다: 내 이미지에서 모델이 계산한 수, 특성 맵, 커널, 수용 영역.",
    "look.no_picture": "이미지는 파일 경로나 픽셀 배열이어야 하는데 {came:이/가} 들어왔습니다. 둘 중 하나를 주십시오.",
    "setting.model": "{where}: {setting:quoted|은/는} 모델이어야 하는데 클래스가 {came}인 것이 들어왔습니다. 파일은 striate.load_model('파일')로 읽으십시오.",
    "setting.dataset": "{where}: {setting:quoted|은/는} striate.load_images로 읽은 이미지여야 하는데 클래스가 {came}인 것이 들어왔습니다. 먼저 그것으로 읽으십시오.",
    "setting.class": "{where}: {setting:quoted|은/는} {required:list} 클래스의 객체여야 하는데 클래스가 {came}인 것이 들어왔습니다. 그 클래스의 객체를 만들어 넘기십시오.",
    "setting.class_of_model": "{where}: {setting:quoted|은/는} 클래스의 이름이나 번호를 받는데 {came!r:이/가} 들어왔습니다. 둘 중 하나를 주십시오.",
    "setting.several": "{where}: {setting:quoted|은/는} {example!r}처럼 비어 있지 않은 목록이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.list": "{where}: {setting:quoted|은/는} {example!r}처럼 목록이어야 하는데 {came!r:이/가} 들어왔습니다.",
    "setting.two": "{where}: {setting:quoted|은/는} {example!r}처럼 수 두 개여야 하는데 {came!r:이/가} 들어왔습니다.",
    "kind.scale": "색의 척도",
    "look.no_model": "{path:이/가} 없고, 그런 이름의 프리셋도 없습니다. 혹시 {close:quoted}입니까?",
    "look.untrained": "{model:은/는} 초기 가중치 그대로이며 아직 아무것도 배우지 않았습니다. 배운 것을 보려면 모델 파일이나 학습 폴더를 지정하십시오.",
    "look.resized": "이미지는 {came:size} 픽셀이지만 모델은 {size:size} 크기로 봅니다. 여기 나오는 모든 수와 위치도 그 크기를 따릅니다.",
    "unit.address": "유닛은 특성 맵이면 층:채널:행,열(예: conv2:5:7,9), 벡터이면 층:번호(예: dense1:3)로 씁니다. 받은 값: '{came}'.",
    "unit.not_in_map": "{unit} 유닛이 없습니다. {layer:은/는} 특성 맵을 내므로 {layer}:채널:행,열로 쓰고, 채널은 0부터 {last_channel}까지, "
    "행은 0부터 {last_row}까지, 열은 0부터 {last_column}까지입니다.",
    "unit.not_in_vector": "{unit} 유닛이 없습니다. {layer:은/는} 벡터를 내므로 {layer}:번호로 쓰고, 번호는 0부터 {last_channel}까지입니다.",
}
