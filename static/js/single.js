/**
 * The single view of a reviewer: a drawing is drawn again over its picture, at an even pace (when each point was drawn is not kept);
 * the reasons of an answer are brought into view once they are there, and where they cannot be fetched, that is said.
 */
const FRAME = 304; // the picture's side in the strokes' units, as the site renders it: a box of 256 with 24 around
const BOX = 256;
const LINE_WIDTH = 6;
const UNITS_PER_MS = 0.45;
const SHORTEST_MS = 800;
const LONGEST_MS = 4000;
const NOT_FETCHED = 'It could not be fetched. Close this and try again on the page below.';

let playing = 0; // the animation frame that comes next

/** @param {number[][][]} strokes  @returns {[number, number][][]} where their points stand in the picture's frame */
function placed(strokes) {
  const margin = [0, 1].map((row) => (BOX - Math.max(...strokes.flatMap((stroke) => stroke[row]))) / 2 + (FRAME - BOX) / 2);
  return strokes.map(([x, y]) => x.map((_, i) => [x[i] + margin[0], y[i] + margin[1]]));
}

const lengthOf = (points) => points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 1);

/** One stroke, up to so much of its length. */
function trace(paint, points, length) {
  let left = length;
  paint.beginPath();
  paint.moveTo(...points[0]);
  paint.lineTo(...points[0]);
  for (let i = 1; i < points.length && left > 0; i += 1) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const step = Math.hypot(x1 - x0, y1 - y0);
    const share = step > left ? left / step : 1;
    paint.lineTo(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
    left -= step;
  }
  paint.stroke();
}

function draw(canvas, lines, drawn) {
  const paint = canvas.getContext('2d');
  const scale = canvas.width / FRAME;
  paint.setTransform(scale, 0, 0, scale, 0, 0);
  paint.fillStyle = '#fff';
  paint.fillRect(0, 0, FRAME, FRAME);
  Object.assign(paint, { lineWidth: LINE_WIDTH, lineCap: 'round', lineJoin: 'round' });
  let left = drawn;
  for (const points of lines) {
    if (left <= 0) break;
    trace(paint, points, left);
    left -= lengthOf(points);
  }
}

/** A canvas over the picture, for as long as it is drawn. */
function canvasOver(frame) {
  frame.querySelector('canvas')?.remove();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.round(frame.clientWidth * (window.devicePixelRatio || 1));
  canvas.setAttribute('aria-hidden', 'true');
  frame.append(canvas);
  return canvas;
}

function play(frame, strokes) {
  const lines = placed(strokes);
  const length = lines.reduce((sum, points) => sum + lengthOf(points), 0);
  const takes = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, length / UNITS_PER_MS));
  const canvas = canvasOver(frame);
  const started = performance.now();
  const step = (now) => {
    const share = Math.max(0, now - started) / takes;
    draw(canvas, lines, length * share);
    if (share < 1) playing = requestAnimationFrame(step);
    else canvas.remove(); // the picture below shows the whole
  };
  cancelAnimationFrame(playing);
  playing = requestAnimationFrame(step);
}

for (const button of document.querySelectorAll('[data-replay]')) {
  let strokes;
  button.addEventListener('click', async () => {
    try {
      strokes ??= (await (await fetch(button.dataset.replay)).json()).strokes;
      play(button.closest('figure').querySelector('.frame'), strokes);
    } catch {
      button.textContent = 'It could not be fetched. Try again';
    }
  });
}

for (const type of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(type, (event) => {
    const here = event.target.closest('.why-here');
    if (here) here.textContent = NOT_FETCHED;
  });
}

document.addEventListener('htmx:afterSettle', (event) => {
  const reasons = event.target.closest('.review-why');
  if (!reasons || reasons.dataset.shown || reasons.querySelector('[aria-busy]')) return;
  reasons.dataset.shown = 'yes'; // once: whoever has scrolled away since is left there
  if (reasons.open) reasons.scrollIntoView({ block: 'nearest' });
});
