// What the browser tests share: the real server over a directory of its own, a browser, and the people who use them.
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
export const password = 'a long and private phrase';
export const adminEmail = 'root@example.com';
const program = process.env.HYD_TEST_PROGRAM ?? join(root, 'target/ci/hyderabadinfra');
const pictures = join(root, 'target', 'browser');

async function serve(data, settings, options) {
  const env = { HYD_DATA_DIR: data, HYD_LISTEN: '127.0.0.1:0', HYD_MANAGEMENT_LISTEN: '127.0.0.2:0',
    HYD_ADMIN_EMAIL: adminEmail, HYD_ADMIN_PASSWORD: password, ...settings };
  const server = spawn(program, ['serve', ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = line.match(/http:\/\/\S+/);
    if (url) return { server, base: url[0] };
  }
  throw new Error('the server ended before it was ready');
}

/** A server with its data directory, and a browser. `settings` are variables of its environment, `options` such as `--demo`. */
export async function start(settings = {}, ...options) {
  const data = await mkdtemp(join(tmpdir(), 'hyd-browser-'));
  await mkdir(pictures, { recursive: true });
  const { server, base } = await serve(data, settings, options);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  }).catch((error) => {
    // Nobody else would end it.
    server.kill('SIGINT');
    throw error;
  });

  /** A page of somebody who was never here: without scripts, unless `options` say otherwise. */
  async function visitor(options = {}) {
    const context = await browser.newContext({ baseURL: base, javaScriptEnabled: false, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return page;
  }

  async function stop() {
    await browser.close();
    const ended = new Promise((resolve) => server.on('exit', resolve));
    server.kill('SIGINT');
    assert.equal(await ended, 0, 'the server stops cleanly');
    await rm(data, { recursive: true });
  }

  return { data, base, visitor, stop };
}

export const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

export const field = (page, name) => page.locator(`[name="${name}"]`);

export async function register(page, name) {
  await page.goto('/register');
  await field(page, 'username').fill(name);
  await field(page, 'email').fill(`${name}@example.com`);
  await field(page, 'password').fill(password);
  await field(page, 'firstName').fill('Sample');
  await field(page, 'lastName').fill('Person');
  await page.locator('main form button').first().click();
  assert.match(page.url(), /\/dashboard$/, 'the dashboard is the first page');
}

export async function signIn(page, email, at = '/sign-in') {
  await page.goto(at);
  await field(page, 'emailOrUsername').fill(email);
  await field(page, 'password').fill(password);
  await page.locator('main form button').first().click();
}
