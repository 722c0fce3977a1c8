"""엔진: 어떤 엔진을, 어떤 명령어 집합으로, 얼마의 메모리로 쓰는지와 프로그램이 받을 수 없는 배열."""

TEXTS = {
    "kind.isa": "명령어 집합",
    "engine.isa_of_reference": "reference 엔진에는 명령어 집합이 없는데 isa={isa!r:이/가} 들어왔습니다. isa를 빼거나 engine='native'를 쓰십시오.",
    "engine.no_core": "native 엔진을 쓸 수 없습니다. {reason}",
    "engine.weights_differ": "이 신경망의 {vector:text|은/는} 실수 {required}개로 된 벡터여야 하는데 {came} 모양의 {dtype:이/가} 들어왔습니다. 층과 크기가 같은 "
    "모델의 가중치를 넘기십시오.",
    "engine.pictures_differ": "이 프로그램은 {required:size} 모양의 수로 된 사진을 받는데 {came:size} 모양의 {dtype:이/가} 들어왔습니다. N은 사진의 수입니다.",
    "engine.targets_differ": "정답은 클래스 번호이거나 출력과 같은 {required:size} 모양의 수여야 하는데 {came:size} 모양의 {dtype:이/가} 들어왔습니다.",
    "engine.shares_differ": "표본 가중치는 사진마다 하나씩 {required}개의 수여야 하는데 {came} 모양의 {dtype:이/가} 들어왔습니다.",
    "engine.gradient_differs": "{node}의 기울기는 {required:size} 모양의 수여야 하는데 {came:size} 모양의 {dtype:이/가} 들어왔습니다.",
    "engine.no_memory": "한 번에 사진 {pictures}장을 계산하려면 메모리 {needed:,}바이트가 필요한데 남은 것은 {free:,}바이트뿐입니다. 한 번에 {fits:,}장까지는 "
    "들어갑니다.",
    "engine.no_memory_for_one": "한 번에 사진 {pictures}장을 계산하려면 메모리 {needed:,}바이트가 필요한데 남은 것은 {free:,}바이트뿐이어서 한 장도 계산할 수 "
    "없습니다. 더 작은 신경망이나 더 작은 사진을 쓰십시오.",
    "engine.no_memory_for_weights": "첫 가중치를 만들려면 메모리 {needed:,}바이트가 필요한데 남은 것은 {free:,}바이트뿐입니다. 그 대부분은 {shape:size} 모양의 "
    "{weight} 때문입니다. 필터나 유닛을 줄이거나 더 작은 사진을 쓰십시오.",
    "engine.vector_theta": "가중치",
    "engine.vector_state": "이동 통계",
    "cli.computing.engine": "계산할 엔진(기본값: 있는 것 가운데 가장 빠른 것).",
    "cli.computing.isa": "native 엔진이 쓸 명령어 집합(기본값: 이 CPU에서 가장 좋은 것, 목록은 striate info 참조).",
    "cli.computing.threads": "쓸 수 있는 스레드 수(기본값: 모든 코어).",
    "cli.info.kernels": "커널",
    "cli.info.kernels_used": "{used} 사용, 그 밖에 쓸 수 있는 것: {others:list}",
    "cli.info.kernels_only": "{used} 사용",
}
