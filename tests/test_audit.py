"""What reading a file does besides reading it: nothing. Python's own audit events say so, in a process of its own."""

import io
import json
from pathlib import Path

import hostile
import numpy as np
from limits import limited
from readers import READERS

# What a file could make happen. The rest (object.__getattr__, sys._getframe, threads that decode) stays inside.
WATCHED = [
    "import", "exec", "compile", "open", "os", "shutil", "tempfile", "subprocess", "socket", "urllib", "http", "ftplib",
    "smtplib", "webbrowser", "pickle", "marshal", "ctypes", "code", "builtins", "glob", "mmap",
]  # fmt: skip

# Beside opening the file itself, each with its reason.
ALLOWED = {
    "npz": {"compile"},  # NumPy takes an array's header apart with ast.literal_eval: parsed, never run
    "checkpoint": {"open", "os.listdir", "os.scandir"},  # the newest of a folder, and its checksum
    "set": {"mmap.__new__"},  # its pixels are mapped
    "packed tar": {"open", "os.mkdir", "os.remove", "tempfile.mkstemp", "tempfile.mkdtemp"},  # unpacked, without a name
}

READ = """
import json, warnings
from readers import READERS
from striate import load_model
from striate.errors import StriateError
warnings.simplefilter("ignore")
folder, watched = Path(sys.argv[1]), set(json.loads(sys.argv[2]))
happened, listening = [], False

def hook(event, args):
    if listening and event.split(".")[0] in watched:
        happened.append([event, str(args[0]) if args else ""])

def read(name, data):
    global listening
    file = READERS[name].file(folder)
    file.write_bytes(data)
    happened.clear()
    listening = True
    try: load_model(file) if name == "model" else READERS[name].read(file)
    except StriateError as error: str(error)
    finally: listening = False
    return [event for event in happened if event != ["open", str(file)]]

sys.addaudithook(hook)
for name, files in json.loads(sys.argv[3]).items():
    data = [bytes.fromhex(each) for each in files]
    for each in data: read(name, each)  # the parts of the package that are imported when they are first needed
    print(json.dumps([name, [event for each in data for event in read(name, each)]]))
"""


def evil_models() -> list[bytes]:
    """Such as name what would be code elsewhere."""
    return [
        hostile.entry(2, layer="antigravity.fly"),
        hostile.entry(2, layer="os.system"),
        hostile.setting(1, "activation", "__import__('os').system('true')"),
        hostile.setting(1, "__reduce__", ["os.system", "true"]),
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    ]


def evil_arrays() -> list[bytes]:
    """Arrays of Python objects, which NumPy keeps as pickles; alone, and as a field of another."""
    objects = np.array([print, print], object)
    files = [io.BytesIO(), io.BytesIO()]
    np.savez(files[0], x=np.zeros((2, 2, 2), np.uint8), y=objects)
    np.savez(files[1], x=objects.astype([("a", object)]), y=np.zeros(2, np.uint8))
    return [file.getvalue() for file in files]


def test_reading_opens_the_file_imports_nothing_and_runs_nothing(tmp_path: Path) -> None:
    files = {name: reader.seeds() for name, reader in READERS.items()}
    files["model"] += evil_models()
    files["npz"] += evil_arrays()
    data = json.dumps({name: [each.hex() for each in some] for name, some in files.items()})
    happened = dict(map(json.loads, limited(READ, tmp_path, json.dumps(WATCHED), data).splitlines()))
    assert happened.keys() == READERS.keys()
    left = {name: [each for each in some if each[0] not in ALLOWED.get(name, ())] for name, some in happened.items()}
    assert not any(left.values()), left


def test_the_hook_hears_what_would_run(tmp_path: Path) -> None:
    """So that the test above can fail."""
    code = """
import pickle
heard = []
sys.addaudithook(lambda event, args: heard.append(event))
class Trap:
    def __reduce__(self): return (exec, ("import antigravity_that_is_not",))
try: pickle.loads(pickle.dumps(Trap()))
except ImportError: pass
print(sorted({"exec", "import", "pickle.find_class"} & set(heard)))
"""
    assert limited(code) == "['exec', 'import', 'pickle.find_class']\n"


def test_nothing_asks_the_network_unless_it_is_asked(tmp_path: Path) -> None:
    """A training with its folder, answers, a summary, the model read again. Only `data get` and cameras ask."""
    code = """
import warnings
import numpy as np
heard = []
sys.addaudithook(lambda event, args: heard.append((event, str(args))))
import striate
from striate.recipe import Recipe
from striate.runs.train import train_run
warnings.simplefilter("ignore")
rng = np.random.default_rng(1)
data = striate.load_images(rng.integers(0, 256, (20, 8, 8, 1), np.uint8), [0, 1] * 10)
trained = train_run(data, Path(sys.argv[1]) / "run", Recipe("softmax", 1), verbose=0)
striate.load_model(Path(sys.argv[1]) / "run" / "best.safetensors").classify(data.train.pictures[:2])
asking = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "subprocess.", "os.system", "os.exec", "os.spawn")
print([each for each in heard if each[0].startswith(asking)])
"""
    assert limited(code, tmp_path) == "[]\n"
