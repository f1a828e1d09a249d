/** “Copy” beside the lines of a program. Where the clipboard is closed, the lines are selected instead. */
for (const button of document.querySelectorAll('[data-copies]')) {
  const lines = button.closest('section').querySelector('code');
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(lines.textContent);
      button.textContent = 'Copied';
    } catch {
      window.getSelection().selectAllChildren(lines);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
