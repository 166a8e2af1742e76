// <span data-copy="text"> gets a button behind it that copies the text (its own where the attribute is empty). What only
// a certain parent may hold (a cell, a definition) gets it inside. data-copy-label says what is copied.
import { text as words } from './texts';

export function startCopyButtons(): void {
  if (!navigator.clipboard) return;
  for (const element of document.querySelectorAll<HTMLElement>('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    const name = words('copy');
    const what = element.dataset.copyLabel;
    button.textContent = name;
    button.setAttribute('aria-label', what ? `${name}: ${what}` : words('copy-long'));
    const text = element.dataset.copy || element.textContent?.trim() || '';
    let timer = 0;
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(text).then(
        () => say(words('copied')),
        () => say(words('copy-refused')),
      );
    });
    const say = (word: string): void => {
      button.textContent = word;
      announce(word);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        button.textContent = name;
      }, 1600);
    };
    if (/^(DD|TD|TH|LI)$/.test(element.tagName)) element.append(' ', button);
    else element.after(' ', button);
  }
}

let live: HTMLElement | undefined;

/// Tells a screen reader.
export function announce(text: string): void {
  if (!live) {
    live = document.createElement('p');
    live.className = 'hidden';
    live.setAttribute('role', 'status');
    document.body.append(live);
  }
  live.textContent = text;
}
