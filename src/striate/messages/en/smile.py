"""Faces: `striate smile`."""

TEXTS = {
    "cli.smile.help": "Find faces and say what a model thinks of them: smiling or not.\n"
    "SOURCE is a picture or a video; in its place --camera 0 takes a camera's frames until Ctrl-C. The model is one that `striate train` made "
    "of faces; its classes may be any. Faces are cut out as those of the training pictures, answers are smoothed over 0.3 seconds.\n"
    "OpenCV's package without windows is used, so nothing is shown live: -o writes an annotated picture or video, --json a line for each "
    "face of each frame.\n"
    "  striate smile photo.jpg --model run -o smiles.png\n"
    "  striate smile --camera 0 --model run --json",
    "cli.smile.source": "A picture or a video.",
    "cli.smile.camera": "A camera: 0 is the system's first; or the name of a device.",
    "cli.smile.model": "A model file or the folder of a run.",
    "cli.smile.output": "The annotated picture (.png, .jpg, .webp) or video (.mp4, .avi) to write.",
    "cli.smile.seconds": "Stop a camera or video after so many seconds.",
    "cli.metavar.camera": "N|DEVICE",
    "smile.class.smile": "smile",
    "smile.class.neutral": "neutral",
    "smile.face": "face {face}: {label} {percent:.1f} %, {side}x{side} at {left}, {top}",
    "smile.face_at": "{time:.1f} s  face {face}: {label} {percent:.1f} %, {side}x{side} at {left}, {top}",
    "smile.ended": "{frames:,|frame/frames}, {faces:face/faces}, {rate:.0f} frames/s",
    "smile.wrote": "Saved: {file}",
    "smile.no_face": "{source}: no face was found; it must look towards the camera and be {least:.1f} % or more of the picture's longer side.",
    "smile.one_source": "Give a picture or video, or --camera: one of them.",
    "smile.opencv_without_cascades": "OpenCV {came} has no face detector of the kind needed; install one before 5 with: pip install 'striate[{extra}]'",
    "smile.no_video": "{file} is no picture and no video that can be read; copy it again, or save it as MP4 or AVI.",
    "smile.video_ends_early": "{file} breaks off after {frames:,} of the {declared:,|frame/frames} that it declares; what came before was used.",
    "smile.no_camera": "Camera {camera} cannot be opened: there is none, another program has it, or you may not use it; list the cameras (on Linux: ls /dev/video*) and close other programs.",
    "smile.camera_gives_nothing": "Camera {camera} is there, but gives no picture; another program may have it: close that, or choose another camera.",
    "smile.camera_ended": "Camera {camera} gave no more pictures after {seconds:.1f} seconds.",
    "smile.unknown_ending": "{path}: the name of what is written must end with one of {known:list}; change it.",
    "smile.cannot_encode": "{path}: this OpenCV cannot write videos of this kind; end the name with .avi or .mp4.",
    "smile.no_hangul_font": "No installed font has Hangul, so answers in the picture are in English and Korean names in Latin letters. Install one, for example with: sudo apt install fonts-nanum",
}
