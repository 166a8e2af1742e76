import { storedTheme, storeTheme, type Theme } from './preferences';

const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

export function startThemeToggle(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-toggle]');
  if (!button) return;
  let theme = storedTheme();
  const show = (): void => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.dataset.state = theme;
    button.setAttribute('aria-label', `Theme: ${theme}. Change to ${next[theme]}`);
    button.title = `Theme: ${theme}`;
  };
  button.addEventListener('click', () => {
    theme = next[theme];
    storeTheme(theme);
    show();
  });
  show();
  button.hidden = false;
}
