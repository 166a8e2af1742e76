// What a reader chose, remembered in this browser only.

export type Theme = 'auto' | 'light' | 'dark';
const themeKey = 'tocsin-theme';
const shortcutsKey = 'tocsin-shortcuts';

// Storage may be forbidden; then nothing is remembered, and everything works.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // See above.
  }
}

export function storedTheme(): Theme {
  const value = read(themeKey);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

export function storeTheme(theme: Theme): void {
  write(themeKey, theme === 'auto' ? null : theme);
}

/// Single-key shortcuts can be turned off (WCAG 2.1.4).
export function shortcutsOn(): boolean {
  return read(shortcutsKey) !== 'off';
}

export function setShortcuts(on: boolean): void {
  write(shortcutsKey, on ? null : 'off');
}
