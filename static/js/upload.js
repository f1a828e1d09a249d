/** The upload half of the front page: send as soon as pictures are chosen, dropped or pasted. Without it, a form. */
const MB = 1024 * 1024;
const MAX_FILES = 64;
const MAX_BYTES = 10 * MB;
const MAX_ALL_BYTES = 63.5 * MB; // the form around them counts too
const FAILED = 'The upload broke off. Try again.';

const form = document.getElementById('upload-form');
const input = form.elements.image;
const camera = document.createElement('input');
const state = document.getElementById('image-state');
const progress = document.getElementById('image-progress');
let sending = null;

const isArchive = (file) => /zip/.test(file.type) || /\.zip$/i.test(file.name);
const isPicture = (file) => !file.type || file.type.startsWith('image/'); // no type: the server will know

/** @param {FileList | undefined} files */
function offer(files) {
  if (!files?.length || sending) return;
  const refusal = refusalOf([...files]);
  if (refusal) {
    refuse(refusal);
    return;
  }
  state.classList.remove('problem');
  state.textContent = files.length === 1 ? `Sending “${files[0].name}”…` : `Sending ${files.length} files…`;
  send(files);
}

/** What the server would say after a long upload. Of several files, each is judged there, alone. */
function refusalOf(files) {
  const [file] = files;
  if (files.length > MAX_FILES) return `At most ${MAX_FILES} pictures can be sent at once. Send them in several goes.`;
  if (files.reduce((sum, { size }) => sum + size, 0) > MAX_ALL_BYTES) return 'That is more than 64 MB. Send it in several goes.';
  if (files.length > 1 || isArchive(file)) return '';
  if (!isPicture(file)) return `“${file.name}” is not a picture. Choose a PNG, JPEG, GIF, WebP, BMP or AVIF file.`;
  return file.size > MAX_BYTES ? `“${file.name}” is larger than 10 MB. Choose a smaller picture.` : '';
}

function refuse(reason) {
  sending = null;
  progress.hidden = true;
  empty();
  state.classList.add('problem');
  state.textContent = reason;
}

/** An earlier choice would not fire `change` again. */
function empty() {
  input.value = '';
  camera.value = '';
}

/** The same request as the form's, with its progress to be seen; then on to where the server leads. */
function send(files) {
  const data = new FormData(form);
  data.delete('image');
  for (const file of files) data.append('image', file);
  sending = new XMLHttpRequest();
  sending.responseType = 'document';
  sending.upload.addEventListener('progress', ({ loaded, total }) => {
    progress.hidden = loaded === total;
    progress.value = total ? loaded / total : 0;
    if (loaded === total) state.textContent = 'Opening…';
  });
  sending.addEventListener('load', () => arrive(sending));
  sending.addEventListener('error', () => refuse(FAILED));
  sending.open('POST', form.action);
  sending.send(data);
}

function arrive(request) {
  const notice = request.response?.querySelector('[role=alert], main .empty p:not(.error-code)');
  if (request.status < 400) window.location.assign(request.responseURL);
  else refuse(notice?.textContent.trim() || FAILED);
}

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
const highlight = (on) => document.body.toggleAttribute('data-dropping', on);

for (const [name, value] of [['type', 'file'], ['accept', 'image/jpeg,image/png,image/webp'], ['capture', 'environment']]) {
  camera.setAttribute(name, value);
}
document.getElementById('upload').hidden = true;
for (const source of [input, camera]) source.addEventListener('change', () => offer(source.files));
document.getElementById('camera').addEventListener('click', () => camera.click());

document.addEventListener('paste', (event) => offer(event.clipboardData?.files));
document.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  highlight(true);
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) highlight(false); // left the window
});
document.addEventListener('drop', (event) => {
  highlight(false);
  if (!carriesFiles(event)) return;
  event.preventDefault();
  offer(event.dataTransfer.files);
});

// After the back button.
window.addEventListener('pageshow', () => {
  sending = null;
  progress.hidden = true;
  empty();
  state.textContent = '';
});
