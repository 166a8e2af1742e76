// The search box as a combobox with a list (ARIA Authoring Practices, "Editable Combobox With List Autocomplete"):
// entries are places to go; Enter without one chosen searches as ever.
import { language, text as words } from './texts';

interface Suggestion {
  kind: 'advisory' | 'vendor' | 'product' | 'cve';
  label: string;
  url: string;
  count: number;
}

const charactersMin = 2;
const pauseMs = 120;
const kinds: readonly string[] = ['advisory', 'vendor', 'product', 'cve'] satisfies Suggestion['kind'][];

function isSuggestion(value: unknown): value is Suggestion {
  const each = value as Partial<Suggestion> | null;
  return (
    typeof each === 'object' &&
    each !== null &&
    typeof each.label === 'string' &&
    typeof each.url === 'string' &&
    each.url.startsWith('/') &&
    typeof each.kind === 'string' &&
    kinds.includes(each.kind)
  );
}

/// `text` with the part that was typed set off.
function marked(text: string, typed: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const at = text.toLowerCase().indexOf(typed.toLowerCase());
  if (at < 0 || typed === '') {
    fragment.append(text);
    return fragment;
  }
  const mark = document.createElement('b');
  mark.textContent = text.slice(at, at + typed.length);
  fragment.append(text.slice(0, at), mark, text.slice(at + typed.length));
  return fragment;
}

class Combobox {
  private readonly list = document.createElement('ul');
  private options: HTMLLIElement[] = [];
  private urls: string[] = [];
  private active = -1;
  private timer = 0;
  private pending: AbortController | undefined;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly id: string,
  ) {
    this.list.id = id;
    this.list.className = 'suggestions';
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', words('suggestions'));
    this.list.hidden = true;
    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-controls', id);
    input.setAttribute('aria-expanded', 'false');
    const frame = document.createElement('span');
    frame.className = 'combobox';
    input.replaceWith(frame);
    frame.append(input, this.list);

    input.addEventListener('input', () => this.later());
    input.addEventListener('keydown', (event) => this.key(event));
    input.addEventListener('blur', () => this.close());
    // Before the blur, or the list would be gone when the click arrives.
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => {
      const option = (event.target as Element).closest('li');
      if (option) this.go(this.options.indexOf(option));
    });
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.pending?.abort();
    const text = this.input.value.trim();
    if (text.length < charactersMin) {
      this.close();
      return;
    }
    this.timer = window.setTimeout(() => void this.ask(text), pauseMs);
  }

  private async ask(text: string): Promise<void> {
    this.pending = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(text)}&limit=4`, {
        signal: this.pending.signal,
        headers: { Accept: 'application/json' },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { items } = (await answer.json()) as { items: unknown };
      if (document.activeElement !== this.input) return;
      this.show(Array.isArray(items) ? items.filter(isSuggestion) : [], text);
    } catch {
      // Suggestions are a help, not the search: without them nothing is missing.
      this.close();
    }
  }

  private show(items: Suggestion[], typed: string): void {
    this.urls = items.map((item) => item.url);
    this.options = items.map((item, index) => {
      const option = document.createElement('li');
      option.id = `${this.id}-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      const kind = document.createElement('span');
      kind.className = 'suggestion-kind';
      kind.textContent = words(`suggestion-${item.kind}`);
      const label = document.createElement('span');
      label.className = 'suggestion-label';
      label.append(marked(item.label, typed));
      option.append(label, kind);
      if (item.count > 1) {
        const count = document.createElement('span');
        count.className = 'suggestion-count';
        count.textContent = item.count.toLocaleString(language);
        option.append(count);
      }
      return option;
    });
    this.list.replaceChildren(...this.options);
    this.choose(-1);
    const open = items.length > 0;
    this.list.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
  }

  private close(): void {
    window.clearTimeout(this.timer);
    this.pending?.abort();
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.choose(-1);
  }

  private choose(index: number): void {
    this.options[this.active]?.setAttribute('aria-selected', 'false');
    this.active = index;
    const option = this.options[index];
    if (option) {
      option.setAttribute('aria-selected', 'true');
      option.scrollIntoView({ block: 'nearest' });
      this.input.setAttribute('aria-activedescendant', option.id);
    } else {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  private go(index: number): void {
    const url = this.urls[index];
    if (url) window.location.assign(url);
  }

  private key(event: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (event.key === 'Escape' && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!open) {
        this.later();
        return;
      }
      event.preventDefault();
      const count = this.options.length;
      // -1 is the text itself.
      const by = event.key === 'ArrowDown' ? 1 : -1;
      this.choose(((this.active + 1 + by + count + 1) % (count + 1)) - 1);
    } else if (event.key === 'Enter' && open && this.active >= 0) {
      event.preventDefault();
      this.go(this.active);
    }
  }
}

export function startSuggestions(): void {
  document
    .querySelectorAll<HTMLInputElement>('input[data-suggest]')
    .forEach((input, index) => new Combobox(input, `suggestions-${index}`));
}
