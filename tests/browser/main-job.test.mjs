// The main job in a real browser: one person posts a home, another looks and saves it, the first changes the price,
// signs out, signs in, and the first page shows all of it. Without scripts, as the pages promise.
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const pictures = join(root, 'target', 'browser');
const password = 'a long and private phrase';
let server, browser, base, data;

async function serve() {
  data = await mkdtemp(join(tmpdir(), 'hyd-browser-'));
  await mkdir(pictures, { recursive: true });
  const env = { HYD_DATA_DIR: data, HYD_LISTEN: '127.0.0.1:0', HYD_MANAGEMENT_LISTEN: '127.0.0.2:0',
    HYD_ADMIN_EMAIL: 'root@example.com', HYD_ADMIN_PASSWORD: password };
  server = spawn(join(root, 'target/release/hyderabadinfra'), ['serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = line.match(/http:\/\/\S+/);
    if (url) return url[0];
  }
  throw new Error('the server ended before it was ready');
}

before(async () => {
  base = await serve();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  const ended = new Promise((resolve) => server.on('exit', resolve));
  server.kill('SIGINT');
  assert.equal(await ended, 0, 'the server stops cleanly');
  await rm(data, { recursive: true });
});

async function visitor(options = {}) {
  const context = await browser.newContext({ baseURL: base, javaScriptEnabled: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

const field = (page, name) => page.locator(`[name="${name}"]`);

async function register(page, name) {
  await page.goto('/register');
  await field(page, 'username').fill(name);
  await field(page, 'email').fill(`${name}@example.com`);
  await field(page, 'password').fill(password);
  await field(page, 'firstName').fill('Sample');
  await field(page, 'lastName').fill('Person');
  await page.locator('main form button').first().click();
  assert.match(page.url(), /\/dashboard$/, 'the dashboard is the first page');
}

const timeline = async (page) => (await page.locator('.timeline li').allTextContents()).map((t) => t.replace(/\s+/g, ' '));

test('a person posts a home, another saves it, the first comes back and sees everything', async () => {
  const owner = await visitor();
  await register(owner, 'asha');

  await owner.goto('/post');
  await field(owner, 'title').fill('Hi');
  await field(owner, 'location').fill('Gachibowli');
  await field(owner, 'price').fill('95 lakh');
  await field(owner, 'propertyType').selectOption('APARTMENT');
  await owner.locator('main form button').last().click();
  const refusal = await owner.locator('main').textContent();
  assert.match(refusal, /5 to 200 characters/, 'a refused field says why');
  assert.equal(await field(owner, 'price').inputValue(), '95 lakh', 'what was typed is kept');
  await owner.screenshot({ path: join(pictures, 'post-refused.png'), fullPage: true });
  await field(owner, 'title').fill('3 BHK in Gachibowli');
  await field(owner, 'bedrooms').fill('3');
  await owner.locator('main form button').last().click();
  const address = new URL(owner.url()).pathname;
  assert.match(address, /^\/homes\/[0-9a-f-]{36}$/);
  assert.match(await owner.locator('.price').first().textContent(), /₹95 Lakh/);

  const seeker = await visitor({ viewport: { width: 390, height: 844 } });
  await register(seeker, 'ravi');
  await seeker.goto('/');
  await seeker.screenshot({ path: join(pictures, 'home-phone.png'), fullPage: true });
  await seeker.getByRole('link', { name: /3 BHK in Gachibowli/ }).first().click();
  assert.equal(new URL(seeker.url()).pathname, address);
  await seeker.getByRole('button', { name: 'Save this home' }).click();
  await seeker.getByRole('button', { name: 'Take it off my list' }).waitFor();
  await seeker.screenshot({ path: join(pictures, 'detail-phone.png'), fullPage: true });
  await seeker.goto('/dashboard');
  const seen = (await timeline(seeker)).join('\n');
  assert.match(seen, /looked at 3 BHK in Gachibowli/);
  assert.match(seen, /saved 3 BHK in Gachibowli/);

  await owner.getByRole('link', { name: 'Edit' }).click();
  await field(owner, 'price').fill('90 lakh');
  await owner.locator('main form button').last().click();
  assert.match(await owner.locator('.price').first().textContent(), /₹90 Lakh/);
  await owner.getByRole('button', { name: 'Sign out' }).click();
  await owner.goto('/dashboard');
  assert.match(owner.url(), /\/sign-in/, 'the dashboard asks to sign in');

  await field(owner, 'emailOrUsername').fill('asha@example.com');
  await field(owner, 'password').fill(password);
  await owner.locator('main form button').first().click();
  assert.match(owner.url(), /\/dashboard$/);
  const done = await timeline(owner);
  await owner.screenshot({ path: join(pictures, 'dashboard.png'), fullPage: true });
  for (const words of [/signed in/, /signed out/, /from ₹95 Lakh to ₹90 Lakh/, /listed 3 BHK in Gachibowli for ₹95 Lakh/, /joined/]) {
    assert.ok(done.some((line) => words.test(line)), `${words} in ${JSON.stringify(done)}`);
  }
  assert.match(done[0], /signed in/, 'the newest comes first');
});

test('a stranger sees homes but no contact, and unknown pages say so', async () => {
  const page = await visitor();
  await page.goto('/homes');
  await page.getByRole('link', { name: /3 BHK in Gachibowli/ }).first().click();
  assert.match(await page.locator('#contact').textContent(), /Sign in to see the contact/);
  const missing = await page.goto('/no-such-page');
  assert.equal(missing.status(), 404);
  await page.screenshot({ path: join(pictures, 'not-found.png') });
});

test('an admin pauses a group and is told so in words, on the narrowest of screens', async () => {
  const admin = await visitor({ viewport: { width: 320, height: 640 } });
  await admin.goto('/sign-in');
  await field(admin, 'emailOrUsername').fill('root@example.com');
  await field(admin, 'password').fill(password);
  await admin.locator('main form button').first().click();
  await admin.getByRole('link', { name: 'Operations' }).click();
  const group = admin.getByRole('region', { name: 'users-service-group' });
  await group.getByRole('button', { name: 'Pause' }).click();
  assert.match(await admin.getByRole('status').first().textContent(), /The group is paused/);
  assert.match(await group.textContent(), /Paused/);
  const wide = await admin.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `the page is ${wide} px wide`);
  await admin.screenshot({ path: join(pictures, 'operations-phone.png'), fullPage: true });
  await group.getByRole('button', { name: 'Resume' }).click();
  await group.getByRole('button', { name: 'Rebuild' }).click();
  assert.match(await admin.getByRole('heading', { level: 1 }).textContent(), /Rebuild of users-service-group/);
  await admin.screenshot({ path: join(pictures, 'job-phone.png'), fullPage: true });
});
