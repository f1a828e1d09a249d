/** The upload half of the front page: send as soon as a picture is chosen, dropped or pasted. Without it, a form. */
const MAX_BYTES = 10 * 1024 * 1024;

const form = document.getElementById('upload-form');
const input = form.elements.image;
const state = document.getElementById('image-state');

/** @param {FileList | undefined} files */
function offer(files) {
  const file = files?.[0];
  if (!file) return;
  if (file.type && !file.type.startsWith('image/')) { // no type: the system does not know it; the server will
    refuse(`“${file.name}” is not a picture. Choose a PNG, JPEG, GIF, WebP, BMP or AVIF file.`);
  } else if (file.size > MAX_BYTES) {
    refuse(`“${file.name}” is larger than 10 MB. Choose a smaller picture.`);
  } else {
    if (input.files !== files) input.files = files;
    state.classList.remove('problem');
    state.textContent = `Sending “${file.name}”…`;
    form.requestSubmit();
  }
}

/** Say here what the server would say after a long upload. */
function refuse(reason) {
  form.reset();
  state.classList.add('problem');
  state.textContent = reason;
}

const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
const highlight = (on) => document.body.toggleAttribute('data-dropping', on);

form.querySelector('[type=submit]').hidden = true;
input.addEventListener('change', () => offer(input.files));

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

// After the back button: an earlier choice would not fire `change` again.
window.addEventListener('pageshow', () => {
  form.reset();
  state.textContent = '';
});
