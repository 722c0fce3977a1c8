"""학습이 진행되는 모습."""

TEXTS = {
    "progress.unknown_verbose": "'verbose'는 0(표시 안 함), 1(움직이는 막대), 2(에폭마다 한 줄), 'auto' 중 하나여야 하는데 {came!r:이/가} 들어왔습니다.",
    "progress.epoch": "에폭 {epoch}/{epochs}",
    "progress.pictures": "사진 {pictures:,}장",
    "progress.left": "{time} 남음",
    "progress.speed": "초당 {speed:,.0f}장",
    "progress.seconds": "{seconds:.1f}초",
    "log.validation": "검증 {log}",
    "log.loss": "손실",
    "log.accuracy": "정확도",
    "log.learning_rate": "학습률",
}
