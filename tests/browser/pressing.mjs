// How a person without a mouse goes through a page, and what every page owes to everybody.
import assert from 'node:assert/strict';
import { picture } from './server.mjs';

const phone = { width: 360, height: 740 };
const desk = { width: 1200, height: 800 };

/** Chromium's word that the next page came before the last one had faded: nobody reads that fast. */
export const isHurry = (error) => /Transition was (aborted|skipped)/.test(String(error));

/** Collects what goes wrong inside the pages: scripts, requests, and what the content security policy stopped. */
export function watch(page) {
  const faults = [];
  page.on('pageerror', (error) => { if (!isHurry(error)) faults.push(`${page.url()}: ${error}`); });
  page.on('requestfailed', (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on('console', (message) => {
    // Chromium notes every answer of 400 and above there; those are looked at where they are expected.
    const refusal = message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !refusal) faults.push(`${page.url()}: ${message.text()}`);
  });
  return faults;
}

/** Goes on with the Tab key until `target` has the focus, as often as there are things to stop at. */
export async function reach(page, target) {
  const focused = () => target.evaluate((element) => element === document.activeElement);
  const stops = await page.locator('a, button, input, select, textarea, summary, [tabindex]').count();
  for (let stop = 0; stop <= stops + 1; stop += 1) {
    if (await focused()) return;
    await page.keyboard.press('Tab');
  }
  assert.ok(await focused(), `no way to ${target} with the keyboard on ${page.url()}`);
}

/** Follows what has the focus to the page behind it. */
export const enter = (page) => Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);

export async function press(page, target) {
  await reach(page, target);
  await enter(page);
}

/** The menu of whoever is signed in. */
const menu = (page) => page.locator('header summary').filter({ hasText: 'You' });

/** Opens it with the keyboard; what is in it can be reached from there on. */
export async function unfold(page) {
  await reach(page, menu(page));
  await page.keyboard.press('Enter');
}

/** Opens it with the mouse. */
export const clickMenu = (page) => menu(page).click();

/** Follows it with the mouse. */
export const click = (page, target) => Promise.all([page.waitForEvent('load'), target.click()]);

export async function type(page, target, text) {
  await reach(page, target);
  await page.keyboard.type(text);
}

/** What cannot be right on any page, as sentences. */
const complaints = () => {
  const found = [];
  const headings = document.querySelectorAll('h1').length;
  if (headings !== 1) found.push(`${headings} headings of the first level`);
  for (const input of document.querySelectorAll('input:not([type=hidden]), select, textarea, progress')) {
    if (![...input.labels].some((label) => label.textContent.trim())) found.push(`${input.name || input.id} has no label`);
  }
  for (const thing of document.querySelectorAll('a, button, summary')) {
    if (!thing.textContent.trim()) found.push(`${thing.outerHTML} has no words`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) found.push(`the id ${id} is there twice`);
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`${scrollWidth} px wide where ${clientWidth} are`);
  return found;
};

/** Looks at the page on a desk and on a phone, and keeps a picture of both. */
export async function examine(page, name) {
  for (const [device, size] of Object.entries({ phone, desk })) {
    await page.setViewportSize(size);
    assert.deepEqual(await page.evaluate(complaints), [], `${name} on a ${device}, ${page.url()}`);
    await picture(page, `${name}-${device}`);
  }
}
