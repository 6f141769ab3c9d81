// What the pages gain from a script; all of them work without it.
'use strict';

// A button that copies the text it names: it is of no use without a script, so it is made here.
for (const text of document.querySelectorAll('main [data-copy]')) {
  if (!navigator.clipboard) break;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = document.body.dataset.copy;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = document.body.dataset.copied;
    setTimeout(() => { button.textContent = document.body.dataset.copy; }, 2000);
  });
  text.after(' ', button);
}

// On a narrow screen the menu is one row that scrolls: show where the reader is.
document.querySelector('.menu [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// A letter grows with what is written in it, and is not lost by leaving the page unasked.
for (const area of document.querySelectorAll('textarea[data-grow]')) {
  const grow = () => { area.rows = Math.max(8, area.value.split('\n').length + 2); };
  let touched = false;
  area.addEventListener('input', () => { touched = true; grow(); });
  area.form.addEventListener('submit', () => { touched = false; });
  window.addEventListener('beforeunload', (event) => { if (touched) event.preventDefault(); });
  grow();
}

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll('form[method=post]:not([data-again])')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    window.addEventListener('pageshow', () => { delete form.dataset.sent; });
  });
}

// A form was refused, or did something: say so where the reader is.
document.querySelector('[data-focus]')?.focus();
