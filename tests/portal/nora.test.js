/**
 * Nora, from the first mail to the last trace: she is added, gets in, is renamed, made Security Admin (a second one approves it), disabled and
 * erased.
 */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { MOUSE, keyboardOf } from './harness/hand.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('./harness/visitor.js').Visitor} Visitor */
/** @typedef {import('./harness/company.js').Company} Company */
/** @typedef {import('playwright-core').Page} Page */

const DESK = { width: 1280, height: 720 };
const TABLET = { width: 768, height: 1024 };
const PHONE = { width: 390, height: 844 };

/** The browsers of all who take part. @type {{ name: string, locale: string, habits: import('./harness/visitor.js').Habits, hasMouse?: boolean }[]} */
const DEVICES = [
  { name: 'at a desk, in light, by keyboard alone', locale: 'en', habits: { viewport: DESK, colorScheme: 'light' } },
  { name: 'at a desk, in dark', locale: 'ja', habits: { viewport: DESK, colorScheme: 'dark' }, hasMouse: true },
  { name: 'on a tablet, in dark', locale: 'de', habits: { viewport: TABLET, colorScheme: 'dark' }, hasMouse: true },
  { name: 'on a phone, in light', locale: 'ja', habits: { viewport: PHONE, colorScheme: 'light' }, hasMouse: true },
  { name: 'on a phone, in dark', locale: 'de', habits: { viewport: PHONE, colorScheme: 'dark' }, hasMouse: true },
];

for (const { name, locale, habits, hasMouse = false } of DEVICES) {
  story(`${name}, in ${locale}: Nora is added, gets in, is renamed, made Security Admin, disabled and erased`, async (world) => {
    const { default: words } = await import(`../../portal/app/words/${locale}.js`);
    const company = await world.company();
    const people = [await company.enrol('ada'), await company.enrol('grace')];
    await world.stack.must(200, 'PATCH', '/v1/company', { token: people[0].token, body: { approvals: 'sensitive' } });
    const arrives = async (/** @type {string} */ path) => {
      const visitor = await world.visitor(path, { ...habits, locale });
      return new Actor(visitor, words, hasMouse);
    };
    const [ada, grace] = [await arrives('/'), await arrives('/')];
    for (const [actor, person] of /** @type {const} */ ([[ada, people[0]], [grace, people[1]]])) {
      await actor.signsIn({ ...person, code: await person.authenticator.digits() });
      await actor.page.getByRole('rowheader').first().waitFor();
    }

    await addsNora(ada, company);
    const nora = await getsIn(await arrives(`/_local/mailbox?to=${company.address('nora')}`), company);
    await renames(ada);
    await asksForTheRole(ada);
    await approves(grace);
    await managesToo(nora);
    await disables(ada);
    await isOut(nora);
    await erases(ada);
  });
}

/** Somebody at a browser, in one language. */
class Actor {
  /** @param {Visitor} visitor @param {typeof import('../../portal/app/words/en.js').default} words @param {boolean} hasMouse */
  constructor(visitor, words, hasMouse) {
    this.visitor = visitor;
    this.words = words;
    this.hasMouse = hasMouse;
  }

  get page() {
    return this.visitor.page;
  }

  get hand() {
    return this.hasMouse ? MOUSE : keyboardOf(this.page);
  }

  /** A button of what is open. @param {string} name */
  button(name) {
    return this.page.locator('dialog[open], body:not(:has(dialog[open]))').getByRole('button', { name, exact: true });
  }

  /** @param {string} name */
  field(name) {
    return this.page.locator(`[name=${name}]`);
  }

  /** @param {string} text */
  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /** The view is accessible in light and in dark, and does not scroll sideways. */
  async looks() {
    await this.visitor.findsItAccessible();
    await this.visitor.findsItReflowed();
  }

  /** @param {{ email: string, password: string, code: string }} typed */
  async signsIn(typed) {
    await this.hand.type(this.field('email'), typed.email);
    await this.hand.type(this.field('password'), typed.password);
    await this.hand.type(this.field('code'), typed.code);
    await this.hand.press(this.button(this.words.signIn.action));
  }

  /** Follows a link of the header, on a narrow screen through its menu. @param {string} hash */
  async goesTo(hash) {
    const link = this.page.locator(`.head a[href="${hash}"]`);
    if (!(await link.isVisible())) await this.hand.press(this.page.locator('.head .menu'));
    await this.hand.press(link);
  }
}

/** @param {Actor} ada @param {Company} company */
async function addsNora(ada, company) {
  const { page, hand, words } = ada;
  await hand.press(ada.button(words.add.title));
  await hand.type(ada.field('person-name'), 'Nora Berg');
  await hand.type(ada.field('person-email'), company.address('nora'));
  await ada.looks();
  await hand.press(ada.button(words.add.action));
  await ada.sees(words.add.added('Nora Berg'));
  await ada.looks();
  await hand.press(page.getByRole('link', { name: words.employee.page }));
  await page.getByRole('heading', { name: 'Nora Berg', level: 1 }).waitFor();
}

/** Nora opens her mail, and sets up password and authenticator. @param {Actor} nora @param {Company} company */
async function getsIn(nora, company) {
  const email = company.address('nora');
  const { stack } = company;
  await stack.mail(email);
  const mail = nora.page.frameLocator('iframe').first();
  // The mail is in the company's language, and opens the portal in a tab of its own.
  const [page] = await Promise.all([
    nora.page.context().waitForEvent('page'),
    mail.getByRole('link').filter({ hasNotText: /not me/ }).first().click(),
  ]);
  nora.visitor.page = page;
  const { hand, words } = nora;
  await hand.type(nora.field('email'), email);
  await nora.looks();
  await hand.press(nora.button(words.recovery.begin));
  await hand.type(nora.field('new-password'), PASSWORD);
  await nora.looks();
  await hand.press(nora.button(words.recovery.savePassword));
  await page.locator('img.qr').waitFor();
  await nora.looks();
  const address = (await page.locator('a[href^="otpauth:"]').getAttribute('href')) ?? '';
  const authenticator = new Authenticator(stack, address);
  await hand.type(nora.field('code'), await authenticator.digits());
  await hand.press(nora.button(words.recovery.finish));
  await nora.page.getByText(words.backupCodes.title).first().waitFor();
  await nora.looks();
  await hand.tick(page.getByLabel(words.backupCodes.keep));
  await hand.press(nora.button(words.backupCodes.done));
  await page.getByRole('heading', { name: words.account.title }).waitFor();
  await nora.looks();
  assert.equal(await page.locator('.head a[href="#/employees"]').count(), 0);
  return { nora, email, authenticator };
}

/** @typedef {Awaited<ReturnType<typeof getsIn>>} Person */

/** @param {Actor} ada */
async function renames(ada) {
  const { page, hand, words } = ada;
  await page.reload();
  await ada.sees(words.audit.types['recovery.completed']);
  await hand.type(ada.field('person-name'), 'Nora Lind');
  await hand.press(ada.button(words.changes.save));
  await ada.sees(words.changes.saved);
  await page.getByRole('heading', { name: 'Nora Lind', level: 1 }).waitFor();
  await ada.looks();
}

/** The role waits. @param {Actor} ada */
async function asksForTheRole(ada) {
  const { page, hand, words } = ada;
  await hand.choose(ada.field('role'), words.employee.securityAdmin);
  await hand.press(ada.button(words.changes.save));
  const [beforeTheTime] = words.approvals.waits('|').split('|');
  await ada.sees(beforeTheTime.trim());
  await ada.looks();
  await page.goto('/#/approvals');
  await ada.sees(words.approvals.yours);
  await ada.looks();
  await page.goBack();
  await page.getByRole('heading', { name: 'Nora Lind', level: 1 }).waitFor();
}

/** The second Security Admin approves it. @param {Actor} grace */
async function approves(grace) {
  const { page, hand, words } = grace;
  await page.goto('/#/approvals');
  await page.getByRole('region', { name: words.approvals.acts.new_security_admin }).getByText('Nora Lind').waitFor();
  await grace.looks();
  await hand.press(grace.button(words.approvals.approve));
  await grace.sees(words.approvals.approved);
  await grace.sees(words.approvals.none);
  await grace.looks();
}

/** Nora signs in again, and is a Security Admin now. @param {Person} person */
async function managesToo({ nora, email, authenticator }) {
  const { page, hand, words } = nora;
  const menu = page.locator('.head .menu');
  if (await menu.isVisible()) await hand.press(menu);
  await hand.press(nora.button(words.account.signOut).first());
  await page.getByRole('heading', { name: words.signIn.title, exact: true }).waitFor();
  await nora.signsIn({ email, password: PASSWORD, code: await authenticator.digits() });
  await page.getByRole('heading', { name: words.employees.title }).waitFor();
  await hand.press(page.getByRole('button', { name: words.employees.edit('Mike Brandt') }));
  await page.locator('dialog[open] .person .facts').waitFor();
  await page.keyboard.press('Escape');
}

/** @param {Actor} ada */
async function disables(ada) {
  const { page, hand, words } = ada;
  await page.reload();
  await ada.sees(words.audit.types['approval.approved']);
  assert.equal(await ada.field('role').inputValue(), 'security_admin');
  await hand.press(ada.button(words.person.disable));
  await ada.sees(words.person.disabled);
  await ada.looks();
}

/** The next click shows that Nora's session is over, and that she cannot sign in. @param {Person} person */
async function isOut({ nora, email, authenticator }) {
  nora.visitor.expects(401);
  await nora.goesTo('#/audit');
  await nora.sees(nora.words.signIn.ended);
  await nora.signsIn({ email, password: PASSWORD, code: await authenticator.digits() });
  await nora.sees(nora.words.problems.sign_in_rejected);
  await nora.looks();
}

/** The audit has only the id from then on. @param {Actor} ada */
async function erases(ada) {
  const { page, hand, words } = ada;
  await hand.press(ada.button(words.person.erase));
  await hand.type(ada.field('erased-name'), 'Nora Lind');
  await ada.looks();
  await hand.press(ada.button(words.person.eraseForGood));
  await ada.sees(words.person.erased('Nora Lind'));
  await hand.press(page.locator('.crumb').getByRole('link', { name: words.employees.title }));
  await page.getByRole('rowheader').first().waitFor();
  await hand.type(page.getByRole('searchbox'), 'nora');
  await ada.sees(words.employees.noMatch('nora'));
  await ada.looks();
  await ada.goesTo('#/audit');
  await page.getByRole('row').filter({ hasText: words.audit.types['employee.erased'] }).waitFor();
  await until('names', async () => (await page.getByText('…', { exact: true }).count()) === 0);
  assert.equal(await page.locator('.audit').getByText(/nora/i).count(), 0);
  await ada.looks();
}
