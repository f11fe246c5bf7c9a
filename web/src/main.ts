// Finds the islands of a page and makes them move. What few pages have is loaded when a page has it.
import { CompareTray } from './compare-tray.ts';
import { Filters } from './filters.ts';
import { Live } from './live.ts';
import { Share } from './share.ts';
import { SincePopover } from './since-popover.ts';
import { Typeahead } from './typeahead.ts';

type Island = () => CustomElementConstructor | Promise<CustomElementConstructor>;

const ISLANDS: Record<string, Island> = {
  'hyd-compare': () => CompareTray,
  'hyd-filters': () => Filters,
  'hyd-gallery': async () => (await import('./gallery.ts')).Gallery,
  'hyd-live': () => Live,
  'hyd-map': async () => (await import('./map.ts')).AreaMap,
  'hyd-share': () => Share,
  'hyd-since': () => SincePopover,
  'hyd-typeahead': () => Typeahead,
};

/** An island that does not come leaves the page as it is, which works without it. */
async function start(name: string, island: Island): Promise<void> {
  if (customElements.get(name) || !document.querySelector(name)) return;
  try {
    const element = await island();
    if (!customElements.get(name)) customElements.define(name, element);
  } catch (error) {
    console.warn(`${name} could not be loaded`, error);
  }
}

/** Starts the islands that the page has. */
export async function startIslands(): Promise<void> {
  await Promise.all(Object.entries(ISLANDS).map(([name, island]) => start(name, island)));
}

void startIslands();
document.addEventListener('hyd:replaced', () => void startIslands());
