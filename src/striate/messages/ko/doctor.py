"""크기 진단: 맞지 않거나 나누어떨어지지 않는 크기와, 그것을 맞추는 방법."""

TEXTS = {
    "size.kernel_too_large": "{layer}: {kernel:size} 커널이 들어오는 크기 {size:size}에 맞지 않습니다: {walk:walk} -{layer}-> ?\n"
    "{advice:text}{fixes:each}.",
    "size.does_not_divide": "{layer}: 들어오는 크기 {size:size}에서 {kernel:size} 창이 스트라이드 {stride:size|으로/로} 움직이면 마지막 픽셀에서 끝나지 않는데, "
    "strict=True는 이를 허용하지 않습니다(남는 행 {rows}개, 열 {columns}개): {walk:walk} -{layer}-> ?\n{advice:text}{fixes:each}.",
    "fix.whole": "다음 가운데 하나만 하면 모델 전체에서 크기가 맞습니다: ",
    "fix.so_far": "다음 가운데 하나만 하면 지금까지의 층 모두에서 크기가 맞습니다: ",
    "fix.divides": "다음 가운데 하나만 하면 모델의 모든 크기가 스트라이드로 나누어떨어집니다: ",
    "fix.none": "한 가지만 바꾸어서 맞추는 방법은 찾지 못했으니 크기, 스트라이드, 층을 다시 정하십시오",
    "fix.padding": "{layers:names}에 padding={padding!r} 쓰기",
    "fix.strides": "{layers:names}에 strides={value} 쓰기",
    "fix.strides_at_most": "{layers:names}의 스트라이드를 {value} 이하로 줄이기",
    "fix.kernel_size": "{layers:names}에 kernel_size={value} 쓰기",
    "fix.kernel_size_at_most": "{layers:names}의 커널을 한 변 {value} 이하로 줄이기",
    "fix.pool_size": "{layers:names}에 pool_size={value} 쓰기",
    "fix.pool_size_at_most": "{layers:names}의 풀링 창을 한 변 {value} 이하로 줄이기",
    "fix.pictures": "{size:size} 사진 쓰기",
    "fix.pictures_or_larger": "{size:size} 이상의 사진 쓰기",
    "fix.leave_out": "{layers:names} 빼기",
    "names.run": "{first}~{last}",
    "names.and": "{front:과/와} {last}",
    "doctor.fits": "{size:size} 사진이 모든 층에 맞습니다.",
    "doctor.divides": "모든 크기가 스트라이드로 나누어떨어집니다. 잘리는 창도, 남는 픽셀도 없습니다.",
    "doctor.left_over": "{layer}: 들어오는 크기 {size:size}에서 {kernel:size} 창이 스트라이드 {stride:size|으로/로} 움직이면 마지막 픽셀에서 끝나지 않습니다"
    "(남는 행 {rows}개, 열 {columns}개). 그대로 써도 되지만 strict=True라면 거부합니다.",
    "doctor.does_not_fit": "{layer}: {kernel:size} 커널이 들어오는 크기 {size:size}에 맞지 않습니다: {walk:walk} -{layer}-> ?",
    "cli.summary.fix": "표 대신, 크기가 맞지 않거나 스트라이드로 나누어떨어지지 않을 때 무엇을 바꾸면 되는지 보여 줍니다.",
}
