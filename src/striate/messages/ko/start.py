"""다른 모델의 가중치에서 시작하는 학습."""

TEXTS = {
    "cli.train.start": "모델 파일이나 학습 결과 폴더의 가장 좋은 모델이 가진 가중치에서 시작합니다. 맞는 층은 가져오고 나머지는 알려 줍니다. 사진은 그 모델이 받는 대로 읽습니다.",
    "cli.train.freeze": "--start와 함께: 그대로 둘 층. 앞에서부터 센 수, 또는 쉼표로 구분한 이름.",
    "start.taken": "{file}의 가중치에서 시작: {layers:names}(값 {all:,}개 중 {count:,}개). 학습률의 10분의 1로 학습",
    "start.left": "  {left:each}",
    "start.left.absent": "{layer:은/는} 새로 시작: 파일에 그런 층이 없음",
    "start.left.kind": "{layer:은/는} 새로 시작: 파일에서 이 이름을 가진 층은 종류가 다름",
    "start.left.shape": "{layer:은/는} 새로 시작: {weight}의 모양이 {required:size}인데 파일의 것은 {came:size}",
    "start.left.classes": "{layer:은/는} 새로 시작: 구별하는 클래스가 다름",
    "start.unused": "  파일의 층 가운데 쓰지 않은 것: {layers:names}",
    "start.frozen": "학습하지 않고 그대로 둘 층: {layers:names}",
    "start.nothing": "이 가중치에서 시작할 수 있는 층이 없습니다({left:each}). 같은 신경망의 모델을 고르거나, --model을 빼서 파일의 신경망을 쓰십시오.",
    "start.freeze_only": "freeze: 가중치가 있는 층이 {layer} 하나뿐이어서 고정하면 학습할 것이 남지 않습니다. freeze를 빼십시오.",
    "start.freeze": "freeze에는 층의 이름 몇 개나 1부터 {most}까지의 수를 주어야 학습할 층이 하나는 남는데 {came:이/가} 들어왔습니다.",
    "start.preprocessing": "{file:은/는} 사진을 {required:으로/로} 읽어 학습했는데 이 사진들은 {came:으로/로} 읽었습니다. 배운 것이 맞지 않을 수 있습니다.",
}
