/** At the household's door with a phone: the grid worker fills in the home visit on 360 by 800 points. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { phone } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'
import { findCasefile, isOpen, stepState } from '../support/sights.mjs'

const { as } = journey('phone')
const inHand = { viewport: phone, isPhone: true }

async function fitsTheScreen(person) {
  const overflow = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(overflow <= 0, `${new URL(person.page.url()).pathname} is ${overflow} points wider than the screen`)
}

test('every page of the grid worker fits the phone', () =>
  as('grid.zhang', inHand, async (zhang) => {
    for (const path of ['/workbench', '/leads', '/leads/new', '/casefiles', '/notices', '/households', '/policy/packs', '/policy/in-force', '/policy/compare', '/policy/clauses']) {
      await zhang.open(path)
      await fitsTheScreen(zhang)
    }
  }))

/** What a list holds may be long; what one must push sideways to read is too wide. */
async function readsWithoutPushing(person) {
  await fitsTheScreen(person)
  const wider = await person.page.locator('.list-scroll').evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).length)
  assert.equal(wider, 0, `${new URL(person.page.url()).pathname} has a list that is wider than its box`)
}

const lists = {
  'village.li': ['/leads', '/casefiles?stage=archived', '/notices/new', '/submission-lists', '/name-protections', '/villages', '/grids', '/monitoring-lines'],
  'township.wang': ['/leads?status=concluded', '/casefiles', '/corrections', '/submission-lists?folder=all', '/imports', '/supervision', '/households'],
  'county.chen': ['/leads', '/casefiles', '/notices', '/submission-lists', '/imports', '/supervision', '/villages', '/monitoring-lines', '/monitoring-lines/what-if', '/paper-templates'],
  'policy.feng': ['/policy/packs/henan-2022', '/policy/compare?left=henan-2022&right=wengyuan-2021', '/policy/in-force', '/monitoring-lines/new'],
  secadmin: ['/accounts', '/role-requests', '/deputies', '/roles'],
  audadmin: ['/audit', '/roles'],
}
for (const [loginName, paths] of Object.entries(lists)) {
  test(`the lists of ${loginName} are read on the phone without pushing sideways`, () =>
    as(loginName, inHand, async (person) => {
      for (const path of paths) {
        await person.open(path)
        assert.notEqual(new URL(person.page.url()).pathname, '/not-allowed', path)
        await readsWithoutPushing(person)
      }
    }))
}

test('on paper, which is narrow too, a list stays a table', () =>
  as('county.chen', { viewport: { width: 700, height: 900 } }, async (chen) => {
    await chen.open('/casefiles')
    const row = chen.page.locator('.list-table tbody tr').first()
    const display = () => row.evaluate((one) => getComputedStyle(one).display)
    assert.equal(await display(), 'flex')
    await chen.page.emulateMedia({ media: 'print' })
    assert.equal(await display(), 'table-row')
  }))

test('the home visit is filled in at the door', () =>
  as('grid.zhang', inHand, async (zhang) => {
    const { id, household } = await findCasefile(zhang, (one) => isOpen(one, 'verify_home', { ready: true }))
    await zhang.open('/workbench')
    await zhang.page.getByRole('link', { name: household.head_name, exact: true }).first().click()
    await zhang.page.waitForURL(new RegExp(id))
    await zhang.settled()
    await fitsTheScreen(zhang)
    await acts.fillHomeVerification(zhang, { verifiers: ['张春苗', '李建业'] })
    await fitsTheScreen(zhang)
    // Half-way the phone is put away: what was typed is still there.
    await zhang.page.reload()
    await zhang.settled()
    assert.equal(await acts.todo(zhang).getByLabel('意见说明').inputValue(), '户主住院，自付较多，建议继续识别认定。')
    await zhang.sees('已恢复上次没有提交的内容。')
    await acts.submit(zhang, '提交入户核实结果')
    assert.equal(await stepState(zhang, '入户核实'), '已办')
    await fitsTheScreen(zhang)
  }))
