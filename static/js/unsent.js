/**
 * The drawing that nobody has answered yet, kept in this tab's session storage. It survives a reload and a refused
 * submission; the result page forgets it once it has been sent. Storage may be full or switched off: then there is
 * simply nothing to restore.
 */
const DRAWING = 'doodle-site.unsent';
const SENT = 'doodle-site.sent';

/** @returns {unknown} what `keep` was given last, or null */
export function recall() {
  try {
    sessionStorage.removeItem(SENT); // back on the drawing page: whatever was sent did not get through
    return JSON.parse(sessionStorage.getItem(DRAWING));
  } catch {
    return null;
  }
}

/** @param {unknown} drawing */
export function keep(drawing) {
  try {
    sessionStorage.setItem(DRAWING, JSON.stringify(drawing));
  } catch {
    // Full or forbidden.
  }
}

/** The drawing is on its way; it may still be refused. */
export function markSent() {
  try {
    sessionStorage.setItem(SENT, '1');
  } catch {
    // As above.
  }
}

/**
 * A result page was reached: forget the drawing if it is the one that led here.
 * @returns {unknown} what was forgotten, or null
 */
export function forgetSent() {
  try {
    if (sessionStorage.getItem(SENT) === null) return null;
    const drawing = JSON.parse(sessionStorage.getItem(DRAWING));
    sessionStorage.removeItem(SENT);
    sessionStorage.removeItem(DRAWING);
    return drawing;
  } catch {
    return null;
  }
}
