/**
 * Judging by keyboard. Whatever carries `data-key` does on that key (or those, with spaces between) what a click on it does: buttons and links act, a field is
 * focused, a <details> opens. Keys that are typed into a field, or held with Ctrl, Alt or Meta, are left alone, and Enter on
 * something that can be pressed presses that.
 */
const TYPED_INTO = 'input:not([type=hidden]), textarea, select';
const PRESSED = 'button, a, summary';

let leaving = false; // a key held down must not judge the next sample, nor this one twice

function keyed(key) {
  const wanted = key.toLowerCase();
  return [...document.querySelectorAll('[data-key]')].find((element) => element.dataset.key.toLowerCase().split(' ').includes(wanted));
}

function act(element) {
  if (element instanceof HTMLDetailsElement) element.open = !element.open;
  else if (element instanceof HTMLInputElement) element.focus();
  else element.click();
}

document.addEventListener('keydown', (event) => {
  if (leaving || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest(TYPED_INTO)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (event.key === 'Enter' && event.target.closest(PRESSED)) return;
  const element = keyed(event.key);
  if (!element) return;
  event.preventDefault();
  act(element);
});

document.addEventListener('submit', (event) => {
  if (!event.target.hasAttribute('hx-post')) leaving = true;
});
window.addEventListener('pageshow', () => { leaving = false; });
