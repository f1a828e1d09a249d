/**
 * The waiting half of the result page. htmx fetches the answer and puts it in place; this keeps asking when the
 * network fails, leaves the page alone while nothing has changed (no flicker, no repeated speech), and tells a
 * screen reader once what the answer is.
 */
import { forgetSent, keep } from './unsent.js';

const POLL_MS = 300;
const RETRY_MS = [1000, 2000, 5000, 10000];
const TROUBLE = 'The connection is interrupted. Trying again…';

const speech = document.getElementById('answer-say');
let failures = 0;
/** The drawing that led here; where it fails, “Draw another” finds it on the paper. */
let sent = null;

const answer = () => document.getElementById('answer');
const hasFailed = () => answer()?.dataset.state === 'failed';
const isAnswer = (event) => event.detail.target?.id === 'answer' || event.detail.elt?.id === 'answer';

function say(text) {
  speech.classList.toggle('visually-hidden', failures < 2); // trouble is for everybody to read
  if (speech.textContent !== text) speech.textContent = text;
}

/** How many are before it changes all the time; the button beside it must stay where it is. */
function showPlace(next) {
  const place = document.getElementById('answer-place');
  const now = next.querySelector('#answer-place')?.textContent ?? '';
  if (place && place.textContent !== now) place.textContent = now;
}

function askAgain(delay) {
  setTimeout(() => answer()?.dispatchEvent(new Event('again')), delay);
}

document.addEventListener('htmx:beforeSwap', (event) => {
  if (!isAnswer(event) || event.detail.isError) return;
  failures = 0;
  const page = new DOMParser().parseFromString(event.detail.serverResponse, 'text/html');
  const next = page.getElementById('answer');
  if (speech.textContent === TROUBLE) say('');
  if (next?.dataset.poll === undefined || next.dataset.state !== answer().dataset.state) return;
  event.detail.shouldSwap = false;
  showPlace(next);
  askAgain(next.dataset.state.endsWith('no-worker') ? 2000 : POLL_MS);
});

document.addEventListener('htmx:afterSettle', (event) => {
  if (!isAnswer(event)) return;
  if (hasFailed() && sent) keep(sent);
  const { say: spoken } = answer().dataset;
  say(spoken ?? answer().querySelector('.notice, .answer-title').textContent.trim().replace(/\s+/g, ' '));
});

for (const type of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(type, (event) => {
    if (!isAnswer(event)) return;
    const status = event.detail.xhr?.status ?? 0;
    if ([401, 403, 404, 410].includes(status)) {
      window.location.reload(); // gone, or signed out meanwhile: the page itself says so in words
      return;
    }
    askAgain(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
    if (failures === 2) say(TROUBLE);
  });
}

if (!hasFailed()) sent = forgetSent();
