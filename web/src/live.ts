// What is new, told while somebody reads: the number at the bell, and a line at the foot of the window that covers
// nothing for long and moves nothing. Pages are complete without it (src/portal/live.hpp says what is sent).

interface News {
  unread: number;
  fresh: number;
  lines: { text: string; url: string }[];
}
interface Exposure {
  open: number;
  act_now: number;
  changed: boolean;
}

const kLinesMax = 5;

export function startLive(): void {
  const bell = document.querySelector<HTMLAnchorElement>('a[data-live]');
  const label = bell?.querySelector<HTMLElement>('[data-live-label]');
  const count = bell?.querySelector<HTMLElement>('[data-live-count]');
  if (!bell || !label || !count || !('EventSource' in window)) return;
  const name = label.textContent ?? '';
  const words = (which: string, value = '') => (bell.dataset[which] ?? '').replace('{0}', value);

  const line = document.createElement('div');
  line.className = 'live-line';
  line.hidden = true;
  const status = document.createElement('p');
  status.setAttribute('role', 'status');
  const list = document.createElement('ul');
  const show = document.createElement('a');
  show.className = 'button-quiet';
  show.textContent = words('liveShow');
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'button-quiet';
  close.textContent = words('liveClose');
  close.addEventListener('click', () => {
    line.hidden = true;
    fresh = 0;
    list.replaceChildren();
  });
  line.append(status, list, show, close);
  document.body.append(line);

  let fresh = 0;
  let last = '';
  let source: EventSource | undefined;

  const tell = (text: string, url: string) => {
    line.hidden = false;
    status.textContent = text;
    show.href = url;
  };
  const onNews = (event: MessageEvent<string>) => {
    last = event.lastEventId;
    const news = JSON.parse(event.data) as News;
    const number = news.unread >= 100 ? '99+' : String(news.unread);
    count.hidden = news.unread === 0;
    count.textContent = number;
    label.textContent = news.unread === 0 ? name : `${name}. ${words('liveNew', number)}`;
    if (news.fresh === 0) return;
    fresh += news.fresh;
    for (const each of [...news.lines].reverse()) {
      const link = document.createElement('a');
      link.href = each.url;
      link.textContent = each.text;
      const item = document.createElement('li');
      item.append(link);
      list.prepend(item);
    }
    while (list.children.length > kLinesMax) list.lastElementChild?.remove();
    tell(words('liveNew', String(fresh)), bell.href);
  };
  const onExposure = (event: MessageEvent<string>) => {
    const exposure = JSON.parse(event.data) as Exposure;
    // Only where somebody looks at it; there what they see is of before.
    if (exposure.changed && location.pathname.startsWith('/exposure')) tell(words('liveExposure'), location.href);
  };
  const stop = () => {
    source?.close();
    source = undefined;
  };
  // Browsers open few connections to one server: pages in the background leave theirs to others.
  const start = () => {
    if (source || document.hidden) return;
    const made = new EventSource(last ? `/live?after=${encodeURIComponent(last)}` : '/live');
    made.addEventListener('news', onNews as EventListener);
    made.addEventListener('exposure', onExposure as EventListener);
    source = made;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  window.addEventListener('pagehide', stop);
  window.addEventListener('pageshow', start);
  start();
}
