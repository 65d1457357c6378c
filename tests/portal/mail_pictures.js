/**
 * Pictures of every mail in a folder, to be looked at: `mail_pictures.js FOLDER`. Each picture has the mail five times: on a phone and on
 * a desktop, both light and dark, and on a desktop as Word's engine shows it.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { launchChromium } from './harness/browser.js';
import { asInWord } from './harness/outlook.js';

/** Widths in CSS pixels. @type {{ width: number, colorScheme: 'light' | 'dark', isWord?: boolean }[]} */
const VIEWS = [
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
  { width: 640, colorScheme: 'light' },
  { width: 640, colorScheme: 'dark' },
  { width: 640, colorScheme: 'light', isWord: true },
];

const GAP = 8;

const folder = process.argv[2];
if (!folder) throw new Error('usage: mail_pictures.js FOLDER');

const browser = await launchChromium();
// Without a colour scheme of its own: else each frame has that of the page.
const page = await browser.newPage({ colorScheme: null });
const width = VIEWS.reduce((sum, view) => sum + view.width + GAP, GAP);
await page.setViewportSize({ width, height: 600 });
const files = await readdir(folder, { recursive: true });
for (const file of files.filter((name) => name.endsWith('.html')).sort()) {
  const html = await readFile(join(folder, file), 'utf8');
  await page.setContent(`<!doctype html><body style="display:flex;align-items:start;gap:${GAP}px;margin:${GAP}px;background:#888">`);
  await page.evaluate(
    async (views) => {
      for (const { width, colorScheme, html } of views) {
        const frame = document.createElement('iframe');
        // A frame prefers the colour scheme of its element.
        Object.assign(frame.style, { border: '0', flex: 'none', width: `${width}px`, colorScheme });
        frame.srcdoc = html;
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        document.body.append(frame);
        await loaded;
        frame.style.height = `${frame.contentDocument?.documentElement.scrollHeight}px`;
      }
    },
    VIEWS.map(({ isWord, ...view }) => ({ ...view, html: isWord ? asInWord(html) : html })),
  );
  await page.screenshot({ path: join(folder, file.replace(/html$/, 'png')), fullPage: true });
}
await browser.close();
