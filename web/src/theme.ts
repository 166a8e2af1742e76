// Runs before the first paint: the theme somebody chose earlier. Nothing else belongs here.
import { storedTheme } from './preferences';

const theme = storedTheme();
if (theme !== 'auto') document.documentElement.dataset.theme = theme;
