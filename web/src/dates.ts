// Dates are written in full; how long ago that was stands in the title, in the page's language.
import { language } from './texts';

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86400],
  ['month', 30.44 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

export function relative(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, 'second');
}

export function startDates(): void {
  const now = new Date();
  for (const element of document.querySelectorAll('time[datetime]')) {
    const then = new Date(element.getAttribute('datetime') ?? '');
    if (Number.isNaN(then.getTime())) continue;
    const title = element.getAttribute('title');
    const ago = relative(then, now);
    element.setAttribute('title', title ? `${title}, ${ago}` : ago);
  }
}
