/**
 * A square to draw on: pointer events in, strokes in unit coordinates out. The strokes are the truth and the pixels
 * only a picture of them, so resizing, rotating and undoing are all a repaint.
 */

/** @typedef {{pen: number, x: number[], y: number[], t: number[]}} Stroke  t: milliseconds since the epoch */

/** The square's side in the strokes' own units. */
export const SIDE = 1000;
/** What the server accepts in one drawing, with room to spare. */
const MAX_POINTS = 18_000;
const MAX_STROKES = 1_900;
/** Closer points than this (about a pixel) add bytes, not shape. */
const MIN_STEP = 2;

const round = (value) => Math.round(value * 100) / 100;
const clamp = (value) => Math.min(SIDE, Math.max(0, value));

/** Dispatches `change` whenever the finished strokes have changed. */
export class Sketch extends EventTarget {
  /** @type {Stroke[]} */ #strokes = [];
  /** @type {Stroke[]} what the last clear removed, for undo */ #cleared = [];
  /** @type {Stroke | null} */ #current = null;
  /** @type {number | null} the pointer that draws; others are ignored, so a palm cannot scribble */ #pointer = null;
  #canvas;
  #paint;
  pen = 16;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    super();
    this.#canvas = canvas;
    this.#paint = canvas.getContext('2d');
    canvas.addEventListener('pointerdown', (event) => this.#down(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      canvas.addEventListener(type, (event) => this.#up(event));
    }
    // iOS would otherwise take a pencil's strokes for handwriting, whatever touch-action says.
    canvas.addEventListener('touchmove', (event) => event.preventDefault(), { passive: false });
    new ResizeObserver(() => this.#fit()).observe(canvas);
    window.addEventListener('resize', () => this.#fit()); // zoom changes the pixel ratio, not the size
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#repaint());
  }

  get isEmpty() {
    return this.#strokes.length === 0;
  }

  get canUndo() {
    return !this.isEmpty || this.#cleared.length > 0;
  }

  get strokes() {
    return this.#strokes;
  }

  /** @param {unknown} strokes as `strokes` gave them; anything else is left alone */
  restore(strokes) {
    if (!Array.isArray(strokes)) return;
    const sound = (s) => s?.x?.length > 0 && s.x.length === s.y?.length && s.x.length === s.t?.length;
    this.#set(strokes.filter(sound), []);
  }

  undo() {
    if (this.#current) return;
    if (this.isEmpty) this.#set(this.#cleared, []);
    else this.#set(this.#strokes.slice(0, -1), this.#cleared);
  }

  clear() {
    if (!this.#current && !this.isEmpty) this.#set([], this.#strokes);
  }

  /** @returns {number[][][]} `[[[x…], [y…], [t…]], …]`, t from the first point on */
  toStrokes() {
    const points = this.#strokes.reduce((sum, stroke) => sum + stroke.x.length, 0);
    const every = Math.ceil(points / MAX_POINTS);
    const start = this.#strokes[0]?.t[0] ?? 0;
    return this.#strokes.map(({ x, y, t }) => {
      const thin = (row) => row.filter((_, i) => i % every === 0 || i === row.length - 1);
      return [thin(x).map(round), thin(y).map(round), thin(t).map((time) => round(time - start))];
    });
  }

  #set(strokes, cleared) {
    this.#strokes = strokes;
    this.#cleared = cleared;
    this.#repaint();
    this.dispatchEvent(new Event('change'));
  }

  #down(event) {
    if (this.#pointer !== null || event.button !== 0 || this.#strokes.length >= MAX_STROKES) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#add(event);
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length ? between : [event]) this.#add(each);
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#finish();
  }

  /** One point. Leaving the square ends the stroke and coming back begins another, as on paper. */
  #add(event) {
    const box = this.#canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE;
    const y = ((event.clientY - box.top) / box.height) * SIDE;
    const inside = x === clamp(x) && y === clamp(y);
    if (!this.#current) {
      if (!inside || this.#strokes.length >= MAX_STROKES) return;
      this.#current = { pen: this.pen, x: [], y: [], t: [] };
      this.#strokes.push(this.#current);
      this.#cleared = [];
    }
    const stroke = this.#current;
    const last = stroke.x.length - 1;
    const step = Math.hypot(clamp(x) - stroke.x[last], clamp(y) - stroke.y[last]);
    if (last < 0 || step >= MIN_STEP) {
      stroke.x.push(round(clamp(x)));
      stroke.y.push(round(clamp(y)));
      stroke.t.push(performance.timeOrigin + event.timeStamp);
      this.#draw(stroke, stroke.x.length - 2);
    }
    if (!inside) this.#finish();
  }

  #finish() {
    if (!this.#current) return;
    this.#current = null;
    this.#repaint(); // the running end is drawn a little straighter than the finished stroke
    this.dispatchEvent(new Event('change'));
  }

  /** Give the canvas as many pixels as the screen has there. */
  #fit() {
    const side = Math.round(this.#canvas.clientWidth * (window.devicePixelRatio || 1));
    if (!side || (this.#canvas.width === side && this.#canvas.height === side)) return;
    this.#canvas.width = side;
    this.#canvas.height = side;
    this.#repaint();
  }

  #repaint() {
    this.#paint.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    for (const stroke of this.#strokes) this.#draw(stroke, 0);
  }

  /** Draw from point `from` to the end, rounding corners by curves between the midpoints of the segments. */
  #draw({ pen, x, y }, from) {
    const paint = this.#paint;
    const scale = this.#canvas.width / SIDE;
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.lineCap = paint.lineJoin = 'round';
    paint.lineWidth = pen;
    paint.strokeStyle = getComputedStyle(this.#canvas).color;
    const end = x.length - 1;
    if (end === 0) {
      paint.fillStyle = paint.strokeStyle; // a line of no length draws nothing: this is a dot
      paint.beginPath();
      paint.arc(x[0], y[0], pen / 2, 0, 2 * Math.PI);
      paint.fill();
    }
    const first = Math.max(0, from - 1);
    paint.beginPath();
    if (first === 0) paint.moveTo(x[0], y[0]);
    else paint.moveTo((x[first - 1] + x[first]) / 2, (y[first - 1] + y[first]) / 2);
    for (let i = first; i < end; i += 1) {
      paint.quadraticCurveTo(x[i], y[i], (x[i] + x[i + 1]) / 2, (y[i] + y[i + 1]) / 2);
    }
    paint.lineTo(x[end], y[end]);
    paint.stroke();
    paint.setTransform(1, 0, 0, 1, 0, 0);
  }
}
