/** A deputy acts for a colleague who is away: for the named days, and both names stand in the record. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { eventTexts, notMonitored } from '../support/sights.mjs'

const { as } = journey('deputy')
const story = {}

test('the secretary opens a case, and the grid worker may not pass it on', async () => {
  await as('village.li', async (li) => {
    const household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await acts.registerLead(li, { household: household.code, channel: '基层干部排查', description: '户主住院，家里停工照料。' })
    story.casefile = await acts.openIdentification(li)
    await acts.openCasefile(li, story.casefile, 'home_verification')
    await acts.verifyHome(li, { verifiers: ['李建业', '孟庆余'] })
    await acts.openCasefile(li, story.casefile, 'commitment_letter')
    await acts.signLetter(li)
  })
  await as('grid.zhang', async (zhang) => {
    await acts.openCasefile(zhang, story.casefile, 'cross_check')
    assert.equal(await zhang.page.getByRole('button', { name: '提请信息比对' }).count(), 0)
  })
})

test('the system administrator proposes the deputy with dates and a reason', () =>
  as('sysadmin', async (jiang) => {
    const { page } = jiang
    await jiang.open('/accounts')
    await page.getByRole('row').filter({ hasText: 'village.li' }).getByRole('button', { name: '代理人' }).click()
    const dialog = page.getByRole('dialog', { name: '李建业的代理人' })
    await jiang.sees('还没有提出过代理。', dialog)
    await jiang.pick('代理人', '张春苗', dialog)
    const end = dialog.getByRole('combobox', { name: '结束日期' })
    await end.click()
    await page.locator('.el-date-table td.available').filter({ visible: true }).last().click()
    await dialog.getByLabel('原因').fill('外出培训')
    await dialog.getByRole('button', { name: '提出代理' }).click()
    await jiang.sees('张春苗', dialog.getByRole('list', { name: '代理记录' }))
    await jiang.sees('待批准', dialog)
    await jiang.sees('外出培训', dialog)
  }))

test('until it is granted the deputy may not act', () =>
  as('grid.zhang', async (zhang) => {
    await acts.openCasefile(zhang, story.casefile, 'cross_check')
    assert.equal(await zhang.page.getByRole('button', { name: '提请信息比对' }).count(), 0)
  }))

test('the security administrator finds it on the workbench and grants it', () =>
  as('secadmin', async (security) => {
    const { page } = security
    await security.sees('审批代理')
    await page.getByRole('link', { name: '张春苗' }).first().click()
    await page.getByRole('button', { name: '批准或不批准' }).click()
    const dialog = page.getByRole('dialog', { name: '张春苗代理李建业' })
    await security.sees('村支书', dialog)
    await dialog.getByRole('button', { name: '批准代理' }).click()
    await security.sees('没有等待批准的代理')
  }))

test('the deputy passes it on, and both names show', () =>
  as('grid.zhang', async (zhang) => {
    await zhang.sees('代 李建业')
    await acts.openCasefile(zhang, story.casefile, 'cross_check')
    await acts.requestCrossCheck(zhang)
    assert.match((await eventTexts(zhang)).at(-1), /张春苗.*代 李建业/s)
  }))
