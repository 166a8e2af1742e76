// "/" goes to the search box, "j" and "k" to the next and previous entry of a list. They can be turned off.
import { setShortcuts, shortcutsOn } from './preferences';
import { text } from './texts';

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function step(by: number): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.card-title a')];
  if (links.length === 0) return false;
  const at = links.findIndex((link) => link === document.activeElement);
  const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
  links[to].focus();
  links[to].scrollIntoView({ block: 'nearest' });
  return true;
}

export function startKeys(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-shortcuts-toggle]');
  if (button) {
    const show = (): void => {
      button.setAttribute('aria-pressed', String(shortcutsOn()));
      button.textContent = text(shortcutsOn() ? 'shortcuts-on' : 'shortcuts-off');
    };
    button.addEventListener('click', () => {
      setShortcuts(!shortcutsOn());
      show();
    });
    show();
    button.hidden = false;
  }
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (!shortcutsOn()) return;
    if (event.key === '/') {
      const input = document.querySelector<HTMLInputElement>('main .search-input, .search-input');
      if (!input) return;
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === 'j' || event.key === 'k') {
      if (step(event.key === 'j' ? 1 : -1)) event.preventDefault();
    }
  });
}
