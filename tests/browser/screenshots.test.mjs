// The main pages beside pictures of how they looked, on a phone and in both themes. Both are compared at a quarter of their
// size, so that the drawing of letters, which differs from machine to machine, counts little, and colours and places count.
//
// `HYD_WRITE_SCREENSHOTS=1 node --test tests/browser/screenshots.test.mjs` writes the references anew; what differed is in
// `target/browser`. What changes from day to day is blank: times, figures, plots and photos.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { unhurried } from './people.mjs';
import { picture, start } from './server.mjs';

const references = new URL('references/', import.meta.url);
const renewed = process.env.HYD_WRITE_SCREENSHOTS === '1';
/** How much a channel of a point may differ, and which share of the points may differ more. */
const most = 24, share = 0.005;

let portal, canvas, paths;

before(async () => {
  portal = await start(unhurried, '--demo');
  canvas = await portal.visitor({ javaScriptEnabled: true });
  const { data } = await (await fetch(`${portal.base}/api/properties?size=100`)).json();
  const home = data.content.find(({ title }) => title.startsWith('Three-bedroom villa in a gated lane in Kompally'));
  paths = { home: '/', results: '/homes?q=2+bhk+in+Kondapur', listing: `/homes/${home.id}`, area: '/areas/kondapur', emi: '/tools/emi',
    costs: '/tools/costs?price=95L', 'sign-in': '/sign-in' };
  await mkdir(references, { recursive: true });
});

after(() => portal?.stop());

/** What is not the same tomorrow, or comes while the server draws its photos. */
const blank = () => {
  const style = new CSSStyleSheet();
  style.replaceSync(`time, .price, .stat, .plot, svg[role=img], .card .soft, td, img, .no-photo, .badge, .gallery-count { visibility: hidden !important }
    .listing-photos, .card-photo { display: none !important } * { animation: none !important; transition: none !important; caret-color: transparent !important }`);
  document.adoptedStyleSheets.push(style);
};

/** Draws PNG pictures at a quarter of their size, and counts the points that differ. Runs in a page of its own. */
const compare = async ([now, then, limit]) => {
  const small = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  };
  const points = (image, width, height) => {
    const drawn = Object.assign(document.createElement('canvas'), { width, height });
    const context = drawn.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    return { drawn, data: context.getImageData(0, 0, width, height).data };
  };
  const image = await small(now);
  const [width, height] = [Math.round(image.width / 4), Math.round(image.height / 4)];
  const shown = points(image, width, height);
  const url = shown.drawn.toDataURL('image/png').split(',')[1];
  if (!then) return { url };
  const reference = await small(then);
  const wanted = points(reference, width, height);
  let differing = 0;
  for (let at = 0; at < wanted.data.length; at += 4) {
    const apart = [0, 1, 2].some((channel) => Math.abs(wanted.data[at + channel] - shown.data[at + channel]) > limit);
    if (apart) differing += 1;
  }
  return { url, size: [reference.width, reference.height], wanted: [width, height], share: differing / (width * height) };
};

async function shot(path, colorScheme) {
  const page = await portal.visitor({ viewport: { width: 390, height: 1200 }, colorScheme, reducedMotion: 'reduce', deviceScaleFactor: 1 });
  await page.goto(path);
  await page.evaluate(blank);
  await page.evaluate(() => document.fonts.ready.then(() => null));
  return { page, png: await page.screenshot() };
}

/** Whether it looks as it did; a sentence if not. */
async function fault(name, { page, png }) {
  const file = new URL(`${name}.png`, references);
  const now = png.toString('base64');
  if (renewed) {
    const { url } = await canvas.evaluate(compare, [now]);
    await writeFile(file, Buffer.from(url, 'base64'));
    return null;
  }
  const then = await readFile(file, 'base64');
  const told = await canvas.evaluate(compare, [now, then, most]);
  if (told.share <= share && String(told.size) === String(told.wanted)) return null;
  await picture(page, `differs-${name}`);
  return `${name}: ${(told.share * 100).toFixed(1)} % of it differs; see target/browser/differs-${name}.png`;
}

for (const theme of ['light', 'dark']) {
  test(`the pages look as they did, ${theme}`, async () => {
    const faults = [];
    for (const [name, path] of Object.entries(paths)) {
      const taken = await shot(path, theme);
      faults.push(await fault(`${name}-${theme}`, taken));
      await taken.page.context().close();
    }
    assert.deepEqual(faults.filter(Boolean), []);
  });
}

test('a change would be noticed', { skip: renewed && 'the references are written anew' }, async () => {
  for (const css of ['main { padding-top: 40px }', '.button, button { background: #c00 !important }', 'h1 { font-size: 3rem }']) {
    const taken = await shot(paths['sign-in'], 'light');
    await taken.page.evaluate((text) => {
      const style = new CSSStyleSheet();
      style.replaceSync(text);
      document.adoptedStyleSheets.push(style);
    }, css);
    assert.match(await fault('sign-in-light', { ...taken, png: await taken.page.screenshot() }) ?? '', /differs/, css);
    await taken.page.context().close();
  }
});
