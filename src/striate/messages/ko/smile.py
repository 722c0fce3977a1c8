"""얼굴: `striate smile`."""

TEXTS = {
    "cli.smile.help": "얼굴을 찾아 모델의 답을 보여 줍니다. 웃고 있습니까?\n"
    "SOURCE는 사진이나 동영상입니다. 대신 --camera 0을 주면 Ctrl-C를 누를 때까지 카메라의 화면을 씁니다. 모델은 얼굴 사진으로 `striate train`한 것이면 되고, "
    "클래스는 무엇이든 됩니다. 얼굴은 학습 사진과 같은 비율로 잘라 내고, 답은 0.3초에 걸쳐 부드럽게 합니다.\n"
    "창을 띄우지 않는 OpenCV를 쓰므로 화면에 바로 보이지는 않습니다. -o는 답을 그려 넣은 사진이나 동영상을 쓰고, --json은 프레임마다 얼굴 하나에 한 줄씩 씁니다.\n"
    "  striate smile photo.jpg --model run -o smiles.png\n"
    "  striate smile --camera 0 --model run --json",
    "cli.smile.source": "사진이나 동영상.",
    "cli.smile.camera": "카메라. 0이 첫째 카메라이며, 장치 이름도 됩니다.",
    "cli.smile.model": "모델 파일이나 학습 결과 폴더.",
    "cli.smile.output": "답을 그려 넣어 저장할 사진(.png, .jpg, .webp)이나 동영상(.mp4, .avi).",
    "cli.smile.seconds": "카메라나 동영상을 이만큼(초)만 봅니다.",
    "cli.metavar.camera": "번호|장치",
    "smile.class.smile": "웃음",
    "smile.class.neutral": "무표정",
    "smile.face": "얼굴 {face}: {label} {percent:.1f} %, 위치 {left}, {top}, 크기 {side}x{side}",
    "smile.face_at": "{time:.1f}초  얼굴 {face}: {label} {percent:.1f} %, 위치 {left}, {top}, 크기 {side}x{side}",
    "smile.ended": "프레임 {frames:,}개, 얼굴 {faces}개, 초당 {rate:.0f}프레임",
    "smile.wrote": "저장했습니다: {file}",
    "smile.no_face": "{source}: 얼굴을 찾지 못했습니다. 얼굴이 카메라를 향하고, 사진의 긴 변의 {least:.1f} % 이상이어야 합니다.",
    "smile.one_source": "사진이나 동영상, 또는 --camera 중 하나만 주십시오.",
    "smile.opencv_without_cascades": "OpenCV {came}에는 필요한 얼굴 검출기가 없습니다. 다음과 같이 5보다 낮은 버전을 설치하십시오: pip install 'striate[{extra}]'",
    "smile.no_video": "{file:은/는} 읽을 수 있는 사진도 동영상도 아닙니다. 다시 복사하거나 MP4 또는 AVI로 저장하십시오.",
    "smile.video_ends_early": "{file:은/는} 프레임이 {declared:,}개라고 되어 있는데 {frames:,}개 뒤에 끊깁니다. 그 앞까지만 썼습니다.",
    "smile.no_camera": "카메라 {camera:을/를} 열 수 없습니다. 카메라가 없거나, 다른 프로그램이 쓰고 있거나, 권한이 없습니다. 카메라 목록을 확인하고(리눅스: ls /dev/video*) 다른 프로그램을 닫으십시오.",
    "smile.camera_gives_nothing": "카메라 {camera:은/는} 있지만 화면이 오지 않습니다. 다른 프로그램이 쓰고 있을 수 있으니 닫거나 다른 카메라를 고르십시오.",
    "smile.camera_ended": "카메라 {camera}에서 {seconds:.1f}초 뒤로는 화면이 오지 않았습니다.",
    "smile.unknown_ending": "{path}: 저장할 파일의 이름은 {known:list} 중 하나로 끝나야 합니다. 이름을 바꾸십시오.",
    "smile.cannot_encode": "{path}: 이 OpenCV로는 이런 형식의 동영상을 저장할 수 없습니다. 이름이 .avi나 .mp4로 끝나게 하십시오.",
    "smile.no_hangul_font": "한글 글꼴이 설치되어 있지 않아 그림 속의 답은 영어로, 한글 이름은 로마자로 적습니다. 다음과 같이 글꼴을 설치하십시오: sudo apt install fonts-nanum",
}
