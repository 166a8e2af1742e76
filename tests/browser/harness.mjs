// Starts `tocsin serve` on a free port, as a demonstration or as an installation of its own, and Chromium beside it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = new URL('../..', import.meta.url).pathname;
export const binary = process.env.TOCSIN_BINARY ?? join(root, 'build/release/bin/tocsin');

// Below those that the system gives to whoever connects: one of these could be taken again before the server has it.
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    const attempt = () => server.listen(11000 + Math.floor(Math.random() * 9000), '127.0.0.1');
    server.on('error', attempt);
    server.on('listening', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
    attempt();
  });
}

// `named`: the portal knows its own address, which passkeys need. `demo`: with invented people to sign in as; else the same
// advisories without people; and then `files`: what else is imported before it serves, given the folder to write it into. `settings`: environment variables, or what makes them from the portal's address.
export async function startPortal({ named = false, demo = true, settings = () => ({}), files = () => [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-browser-'));
  const port = await freePort();
  const url = `http://${named ? 'localhost' : '127.0.0.1'}:${port}`;
  const env = { ...process.env, ...(named ? { TOCSIN_PUBLIC_URL: url } : {}), ...settings(url) };
  const data = ['--data', join(folder, 'var')];
  if (!demo) {
    execFileSync(binary, ['init', ...data], { stdio: 'ignore', env });
    execFileSync(binary, ['import', ...data, join(root, 'demo/advisories'), ...files(folder)], { stdio: 'ignore', env });
  }
  const server = spawn(binary, ['serve', ...data, ...(demo ? ['--demo'] : []), '--listen', `127.0.0.1:${port}`], { stdio: 'ignore', env });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  for (let tries = 0; ; ++tries) {
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (tries > 600 || server.exitCode !== null) throw new Error('the portal did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return {
    url,
    folder,
    browser,
    async stop() {
      await browser.close();
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
