import { storedTheme, storeTheme, type Theme } from './preferences';
import { text } from './texts';

const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

export function startThemeToggle(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-toggle]');
  if (!button) return;
  let theme = storedTheme();
  const show = (): void => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.dataset.state = theme;
    button.setAttribute('aria-label', text(`theme-${theme}-next`));
    button.title = text(`theme-${theme}`);
  };
  button.addEventListener('click', () => {
    theme = next[theme];
    storeTheme(theme);
    show();
  });
  show();
  button.hidden = false;
}
