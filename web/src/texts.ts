// What is said to readers comes with the page, in its language: <template id="texts"> holds a <p data-text="name"> for
// each sentence that the page's islands need (src/portal/pages/island_texts.cpp).

/// The sentence, with `values` for {0}, {1}...; empty where the page does not bring it.
export function text(name: string, ...values: string[]): string {
  const texts = document.querySelector<HTMLTemplateElement>('template#texts');
  const found = texts?.content.querySelector(`[data-text="${name}"]`)?.textContent ?? '';
  return found.replace(/\{(\d)\}/g, (hole, index: string) => values[Number(index)] ?? hole);
}

/// For Intl.
export const language = document.documentElement.lang || 'en';
