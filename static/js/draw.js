/** The drawing half of the front page: tools, shortcuts, and an ordinary form that carries the strokes. */
import { Sketch } from './canvas.js';
import { keep, markSent, recall } from './unsent.js';

const form = document.getElementById('draw-form');
const paper = form.querySelector('.paper');
const ask = document.getElementById('ask');
const undo = document.getElementById('undo');
const clear = document.getElementById('clear');
const state = document.getElementById('draw-state');
const askLabel = ask.textContent;
/** A drawing of no further interest once it is sent is not kept for a return. */
const keeps = form.dataset.forget === undefined;
const sketch = new Sketch(document.getElementById('canvas'));

/** Make the buttons and the live region tell what is on the paper. */
function show() {
  const count = sketch.strokes.length;
  ask.disabled = sketch.isEmpty;
  clear.disabled = sketch.isEmpty;
  undo.disabled = !sketch.canUndo;
  paper.toggleAttribute('data-empty', sketch.isEmpty);
  state.textContent = count === 0 ? 'The paper is empty.' : `${count} ${count === 1 ? 'stroke' : 'strokes'} drawn.`;
}

/** A button that disables itself loses the focus to nowhere; keep keyboard users in the toolbar. */
function act(button, action) {
  action();
  if (button.disabled) (undo.disabled ? form.querySelector('[name=pen]:checked') : undo).focus();
}

sketch.addEventListener('change', () => {
  show();
  if (keeps) keep(sketch.strokes);
});
undo.addEventListener('click', () => act(undo, () => sketch.undo()));
clear.addEventListener('click', () => act(clear, () => sketch.clear()));

form.addEventListener('change', (event) => {
  if (event.target.name === 'pen') sketch.pen = Number(event.target.value);
});

document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (event.key.toLowerCase() === 'z') {
    event.preventDefault();
    sketch.undo();
  } else if (event.key === 'Enter' && !ask.disabled) {
    event.preventDefault();
    form.requestSubmit(ask);
  }
});

form.addEventListener('submit', (event) => {
  if (sketch.isEmpty || form.dataset.sending !== undefined) {
    event.preventDefault();
    return;
  }
  form.elements.strokes.value = JSON.stringify(sketch.toStrokes());
  form.dataset.sending = '';
  ask.setAttribute('aria-disabled', 'true'); // not `disabled`: that would drop the focus
  ask.textContent = 'Sending…';
  state.textContent = 'Sending your drawing.';
  if (keeps) markSent();
});

// Coming back by the back button may show this very page again, as it was left: make it usable.
window.addEventListener('pageshow', () => {
  delete form.dataset.sending;
  ask.removeAttribute('aria-disabled');
  ask.textContent = askLabel;
});

sketch.pen = Number(form.elements.pen.value);
if (keeps) sketch.restore(recall());
show();
