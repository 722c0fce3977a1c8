"""신경망 요약."""

TEXTS = {
    "summary.column.name": "층",
    "summary.column.kind": "종류",
    "summary.column.shape": "출력",
    "summary.column.weights": "가중치",
    "summary.column.multiply_adds": "곱셈-덧셈",
    "summary.column.field": "수용 영역",
    "summary.column.formula": "크기: (N + 2p - F)/s + 1",
    "summary.field": "{size:size}, 간격 {stride:size}",
    "summary.whole_picture": "사진 전체",
    "summary.total.weights": "가중치: {weights:,}개, 그중 편향: {biases:,}개",
    "summary.total.bytes": "float32로: {bytes:,}바이트",
    "summary.total.multiply_adds": "사진 한 장에 드는 곱셈-덧셈: {multiply_adds:,}번",
    "summary.unseen_rows": "{layer}: 들어오는 맵의 마지막 행({rows:list}, 0부터 셈)은 어느 창도 보지 않습니다. 픽셀 {of:,}개 중 {pixels:,}개입니다.",
    "summary.unseen_columns": "{layer}: 들어오는 맵의 마지막 열({columns:list}, 0부터 셈)은 어느 창도 보지 않습니다. 픽셀 {of:,}개 중 {pixels:,}개입니다.",
    "summary.unseen_both": "{layer}: 들어오는 맵의 마지막 행({rows:list}, 0부터 셈)과 마지막 열({columns:list})은 어느 창도 보지 않습니다. "
    "픽셀 {of:,}개 중 {pixels:,}개입니다.",
    "summary.gaps": "{layer}: 스트라이드 {stride:size}의 창이 {kernel:size} 크기로는 닿지 못하는 픽셀을 건너뜁니다. 픽셀 {of:,}개 중 {pixels:,}개를 어느 창도 보지 않습니다.",
    "summary.lopsided_rows": "{layer}: padding='same'의 패딩이 위보다 아래에 더 많습니다. 위 {rows[0]}, 아래 {rows[1]}.",
    "summary.lopsided_columns": "{layer}: padding='same'의 패딩이 왼쪽보다 오른쪽에 더 많습니다. 왼쪽 {columns[0]}, 오른쪽 {columns[1]}.",
    "summary.lopsided_both": "{layer}: padding='same'의 패딩이 아래와 오른쪽에 더 많습니다. 위 {rows[0]}, 아래 {rows[1]}, 왼쪽 {columns[0]}, 오른쪽 {columns[1]}.",
    "summary.two_sames": "{layer}: padding='same'은 Keras에서처럼 ceil(N/s)를 뜻하며 여기서는 {keras:size}입니다. 식의 k = N이라면 "
    "{formula:size|을/를} 유지하고 2p = (N - 1)s + F - N만큼, 곧 행 {padding[0]}, 열 {padding[1]}만큼 패딩해야 합니다.",
    "summary.shared": "{layer}: {owner}의 가중치를 함께 쓰며, 개수는 그쪽에서 셉니다.",
    "summary.dense_holds_most": "{layer}: 가중치 {of:,}개 중 {weights:,}개가 여기에 있습니다. 펼친 값 {maps:size} = {values:,}개를 모든 유닛이 받기 때문이며, "
    "합성곱의 가중치와 달리 사진이 커지면 함께 늘어납니다.",
}
