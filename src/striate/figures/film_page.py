"""A film as one HTML page with a slider: nothing is loaded, and the keyboard is enough."""

import base64
import io
import json
import math
from collections.abc import Sequence

from striate.figures.tiles import FrameFacts, Panel, Pixels, Scene, as_rgb, told
from striate.views.page.charts import Axis, Line, at, axis, chart, figure
from striate.views.page.html import Markup, Part, document, say, section, tag

LONGEST_TITLE = 80  # characters of a run's name
STYLE = """
.player { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; position: sticky; top: 0; z-index: 1;
  background: var(--paper); padding: .7rem 0; border-bottom: 1px solid var(--rule); }
.player button { font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--rule); cursor: pointer;
  border-radius: .4rem; padding: .2rem .9rem; min-width: 6.5rem; }
.player input { flex: 1 1 14rem; accent-color: var(--first); min-height: 1.6rem; }
.player output { flex: 1 1 15rem; min-width: 15rem; }
.player :focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
.frames img, .seen { image-rendering: pixelated; max-width: 100%; height: auto; display: block; }
.frames img[hidden] { display: none; }
.beside { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; }
.beside .frames { flex: 1 1 20rem; }
.seen { width: 9rem; border-radius: .3rem; }
.frames img { width: min(100%, 30rem); }
.range { display: block; }
.scale { display: inline-block; height: .7rem; width: 9rem; border: 1px solid var(--rule); vertical-align: middle;
  margin: 0 .4rem; }
.now { stroke: var(--ink); stroke-width: 1; }
"""

SCRIPT = """
(() => {
  const slider = document.querySelector('#frame'), button = document.querySelector('#play');
  const said = document.querySelector('#said'), now = document.querySelector('.now');
  const frames = [...document.querySelectorAll('.frames')].map(each => [...each.children]);
  const texts = [...document.querySelectorAll('[data-texts]')].map(each => [each, JSON.parse(each.dataset.texts)]);
  const labels = JSON.parse(slider.dataset.labels), places = JSON.parse(slider.dataset.places);
  const last = labels.length - 1;
  let playing = 0;
  const show = n => {
    for (const each of frames) each.forEach((image, i) => { image.hidden = i !== n; });
    for (const [each, told] of texts) each.textContent = told[n];
    slider.value = n;
    slider.setAttribute('aria-valuetext', labels[n]);
    said.textContent = labels[n];
    if (now) for (const end of ['x1', 'x2']) now.setAttribute(end, places[n]);
  };
  const stop = () => { clearInterval(playing); playing = 0; button.textContent = button.dataset.play; };
  const play = () => {
    if (+slider.value === last) show(0);
    button.textContent = button.dataset.stop;
    playing = setInterval(() => { +slider.value < last ? show(+slider.value + 1) : stop(); }, 160);
  };
  slider.addEventListener('input', () => { stop(); show(+slider.value); });
  button.addEventListener('click', () => playing ? stop() : play());
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target === slider) return;
    const step = {ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last}[event.key];
    if (step) { stop(); show(Math.min(last, Math.max(0, +slider.value + step))); event.preventDefault(); }
    else if (event.key === ' ' && event.target !== button) { playing ? stop() : play(); event.preventDefault(); }
  });
  show(last);
})();
"""


def film_page(scene: Scene) -> str:
    """The whole page."""
    title = say("film.title", title=scene.title[:LONGEST_TITLE], layer=scene.layer)
    return moving_page(title, scene.frames, section(say("film.kernels"), panel_part(scene.kernel_panel)), _maps(scene))


def moving_page(title: str, frames: Sequence[FrameFacts], *parts: Part, style: str = "") -> str:
    """A page of parts that move with a slider: of `.frames` one child is shown, `data-texts` are texts by frame."""
    losses, places = _losses(frames)
    return document(
        title,
        tag("header", tag("h1", title), tag("p", say("film.page_about", frames=len(frames)))),
        _player(frames, places),
        *parts,
        losses,
        style=STYLE + style,
        script=SCRIPT,
    )


def panel_part(panel: Panel) -> Markup:
    """A panel's pictures, of which one is shown, and its scale."""
    return tag("div", images(panel), tag("p", say(panel.note[0], **panel.note[1]), scale_of(panel), class_="note"))


def images(panel: Panel) -> Markup:
    """All frames, the last one shown."""
    last = len(panel.frames) - 1
    drawn = [_image(pixels, hidden=None if i == last else "") for i, pixels in enumerate(panel.frames)]
    return tag("div", *drawn, class_="frames")


def _image(pixels: Pixels, hidden: str | None = None, **attributes: str | None) -> Markup:
    return tag("img", src=png(pixels), alt="", hidden=hidden, **attributes)


def _maps(scene: Scene) -> Markup | None:
    if scene.map_panel is None:
        return None
    picture = None
    if scene.picture is not None:
        picture = tag("img", src=png(as_rgb(scene.picture)), alt=say("figure.picture"), class_="seen")
    return section(say("film.maps"), tag("div", picture, panel_part(scene.map_panel), class_="beside"))


def scale_of(panel: Panel) -> Markup:
    """The colours from the least to the most."""
    most = f"{panel.most:.3g}"
    bar = tag("img", src=png(panel.scale), alt="", class_="scale")
    return tag("span", f"−{most}", bar, most, " · ", say("film.scale_same"), class_="range")


def _player(frames: Sequence[FrameFacts], places: list[float]) -> Markup:
    labels = [_label(frame) for frame in frames]
    last = len(labels) - 1
    slider = tag(
        "input",
        type="range",
        id="frame",
        min="0",
        max=str(last),
        value=str(last),
        step="1",
        aria_label=say("film.slider"),
        data_labels=json.dumps(labels),
        data_places=json.dumps(places),
    )
    play, stop = say("film.play"), say("film.stop")
    button = tag("button", play, type="button", id="play", data_play=play, data_stop=stop)
    return tag("div", button, slider, tag("output", labels[-1], id="said", for_="frame"), class_="player")


def _label(frame: FrameFacts) -> str:
    code, fields = told(frame)
    return say(code, **fields)


def _losses(frames: Sequence[FrameFacts]) -> tuple[Markup | None, list[float]]:
    """The loss at each frame against the logarithm of the step, and where each frame stands in it."""
    known = [(_place(frame), frame.loss) for frame in frames if frame.loss is not None]
    if len(known) < 2:
        return None, []
    y = axis([0.0, *(loss for _, loss in known)], lambda value: f"{value:g}")
    most = _place(frames[-1])
    every = max(1, math.ceil(most / 8))
    x = Axis(0, most, list(range(0, int(most) + 1, every)), lambda n: f"{2**n - 1:,.0f}", say("film.step"))
    places = [round(at(x, y, (_place(frame), y.low))[0], 1) for frame in frames]
    top, bottom = at(x, y, (0, y.high))[1], at(x, y, (0, y.low))[1]
    now = tag("line", x1=str(places[-1]), x2=str(places[-1]), y1=str(top), y2=str(bottom), class_="now")
    line = Line(known, "first")
    drawn = chart(x, y, [line], say("film.losses"), now)
    return section(say("film.losses"), figure(say("film.losses_note"), drawn)), places


def _place(frame: FrameFacts) -> float:
    return math.log2(frame.step + 1)


def png(pixels: Pixels) -> str:
    """Pixels (h, w, 3 or 4) inside of an address."""
    from PIL import Image

    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stored.getvalue()).decode()}"
