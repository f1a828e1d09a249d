/**
 * Selecting many: the checkboxes of a grid by click, Shift+click, sweeping with the pointer, and keys. What is selected is in the
 * form, so that whatever the form's buttons do works without this too. Keys of buttons, fields and <details> are their `data-key`.
 */
const TYPED_INTO = 'input:not([type=hidden], [type=checkbox]), textarea, select';
const PRESSED = 'button, a, summary';

const form = document.querySelector('[data-grid]');
const boxes = form ? [...form.querySelectorAll('input[type=checkbox]')] : [];
const count = form?.querySelector('[data-count]');
let last = 0; // the box from which Shift selects
let sweeping = null; // what a sweep does to the boxes that it meets: true selects
let leaving = false;

function say() {
  const selected = boxes.filter((box) => box.checked).length;
  count.textContent = `${selected} selected`;
}

function set(index, checked) {
  boxes[index].checked = checked;
  last = index;
  say();
}

function range(from, to, checked) {
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) boxes[index].checked = checked;
  last = to;
  say();
}

const indexOf = (element) => boxes.indexOf(element?.closest('.tile')?.querySelector('input[type=checkbox]'));

function startSweep(event) {
  const index = indexOf(event.target);
  if (index < 0 || event.button !== 0 || event.pointerType !== 'mouse' || event.target.closest('a')) return;
  sweeping = { from: index, checked: !boxes[index].checked, moved: false };
}

function sweep(event) {
  const index = sweeping ? indexOf(event.target) : -1;
  if (index < 0 || (index === sweeping.from && !sweeping.moved)) return;
  sweeping.moved = true;
  range(sweeping.from, index, sweeping.checked);
}

function click(event) {
  const index = boxes.indexOf(event.target);
  if (index < 0) return;
  if (event.shiftKey) range(last, index, event.target.checked);
  else set(index, event.target.checked);
}

function alike() {
  const groups = new Set(boxes.filter((box) => box.checked).map((box) => box.closest('.tile').dataset.group));
  boxes.forEach((box) => { if (groups.has(box.closest('.tile').dataset.group)) box.checked = true; });
  say();
}

function columns() {
  const top = boxes[0].closest('.tile').offsetTop;
  const second = boxes.findIndex((box) => box.closest('.tile').offsetTop > top);
  return second < 0 ? boxes.length : second;
}

function walk(step, selecting) {
  const focused = boxes.indexOf(document.activeElement);
  const from = focused < 0 ? last : focused;
  const to = focused < 0 ? from : from + step;
  if (!boxes[to]) return;
  boxes[to].focus();
  if (selecting) range(from, to, true);
}

const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -columns(), ArrowDown: columns };
const ALL = {
  a: () => range(0, boxes.length - 1, true),
  Escape: () => range(0, boxes.length - 1, false),
  d: alike,
};

function act(element) {
  if (element instanceof HTMLDetailsElement) element.open = !element.open;
  else if (element instanceof HTMLInputElement) element.focus();
  else element.click();
}

function press(event) {
  if (leaving || event.repeat && !STEPS[event.key] || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest(TYPED_INTO)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (event.key === 'Enter' && event.target.closest(PRESSED)) return;
  const keyed = [...document.querySelectorAll('[data-key]')].find((element) => element.dataset.key.toLowerCase() === event.key.toLowerCase());
  if (boxes.length && STEPS[event.key]) walk(STEPS[event.key](), event.shiftKey);
  else if (boxes.length && ALL[event.key]) ALL[event.key]();
  else if (keyed) act(keyed);
  else return;
  event.preventDefault();
}

function submit(event) {
  leaving = true;
  if (event.target !== form || boxes.some((box) => box.checked)) return;
  event.preventDefault(); // an empty selection stays here, with what was typed
  leaving = false;
  count.textContent = 'Select some first';
}

if (form) {
  form.addEventListener('pointerdown', startSweep);
  form.addEventListener('pointerover', sweep);
  form.addEventListener('click', (event) => {
    if (sweeping?.moved) event.preventDefault(); // the sweep has said it already
    else if (boxes.includes(event.target)) click(event);
    sweeping = null;
  });
  document.addEventListener('pointerup', () => setTimeout(() => { sweeping = null; }));
  form.addEventListener('dragstart', (event) => event.preventDefault());
}
document.addEventListener('keydown', press);
document.addEventListener('submit', submit);
window.addEventListener('pageshow', () => { leaving = false; if (count) say(); });
