/**
 * Says on whichever page somebody is that a batch or a training run of theirs is done. Asks on arrival, and then every five
 * seconds while something is under way and the tab is looked at.
 */
const EVERY_MS = 5000;
const KEPT = 'under-way';
let timer = null;

async function ask() {
  clearTimeout(timer);
  timer = null;
  if (document.hidden) return;
  try {
    const answer = await fetch('/news/', { headers: { Accept: 'application/json' } });
    if (!answer.ok) return;
    tell((await answer.json()).under_way);
  } catch {
    timer = setTimeout(ask, EVERY_MS);  // the network is away: what was under way is still to be told
  }
}

function tell(underWay) {
  const known = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
  sessionStorage.setItem(KEPT, JSON.stringify(underWay));
  const still = new Set(underWay.map(({ id }) => id));
  known.filter(({ id, url }) => !still.has(id) && url !== location.pathname).forEach(show);
  if (underWay.length) timer = setTimeout(ask, EVERY_MS);
}

function show({ done, url }) {
  const toast = document.createElement('p');
  const link = document.createElement('a');
  const close = document.createElement('button');
  link.href = url;
  link.textContent = 'Look';
  close.type = 'button';
  close.textContent = 'Close';
  close.className = 'button quiet small';
  close.addEventListener('click', () => toast.remove());
  toast.className = 'toast';
  toast.append(`${done} `, link, ' ', close);
  document.getElementById('toasts').append(toast);
}

document.addEventListener('visibilitychange', ask);
ask();
