// On a wide window the filters stand open beside the list. Newer browsers do that by the style sheet alone.

export function startFacets(): void {
  const facets = document.querySelector<HTMLDetailsElement>('details.facets');
  if (!facets || CSS.supports('selector(::details-content)')) return;
  const wide = window.matchMedia('(min-width: 60em)');
  const follow = (): void => {
    facets.open = wide.matches;
  };
  follow();
  wide.addEventListener('change', follow);
}
