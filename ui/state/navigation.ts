/** The address bar as a signal: the one place from which every view takes what it shows. */
import { computed, signal } from '@preact/signals';
import { addressOf, move, type Place, readPlace } from './place.ts';

const address = signal(currentAddress());

export const place = computed<Place>(() => readPlace(address.value));

/** Where a change of the present place leads. */
export function hrefTo(change: Partial<Place>): string {
  return addressOf(move(place.value, change));
}

/** Goes there; `replace` for settings that no one wants to step back through. */
export function goTo(change: Partial<Place>, { replace = false } = {}): void {
  const href = hrefTo(change);
  if (href === currentAddress()) return;
  const moved = readPlace(href);
  const leaves = moved.mirror !== place.value.mirror || moved.screen !== place.value.screen;
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  address.value = href;
  if (leaves) arrive();
}

/** Links of the page change the address without loading it again; modified clicks and other links stay the browser's. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    address.value = currentAddress();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.origin !== location.origin) return;
    const isPlace = link.pathname === '/' || link.pathname.startsWith('/mirrors');
    if (!isPlace || link.hash !== '') return;
    event.preventDefault();
    const leaves = link.pathname !== location.pathname;
    if (link.href !== location.href) history.pushState(null, '', link.href);
    address.value = currentAddress();
    if (leaves) arrive();
  });
}

/** A new screen begins at its top, also for who listens to it. */
function arrive(): void {
  scrollTo(0, 0);
  document.getElementById('content')?.focus({ preventScroll: true });
}

function currentAddress(): string {
  return location.pathname + location.search;
}
