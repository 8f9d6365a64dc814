/** A department that finds a household in trouble: it tells, and sees nothing more; the village takes it up. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('department')

test('a department reports a name and a village', () =>
  as('liaison.sun', async (sun) => {
    const { page } = sun
    await page.getByRole('link', { name: '登记一条风险线索' }).click()
    await sun.settled()
    assert.equal(await page.getByLabel('查找农户').count(), 0, 'the register is not for departments')
    await sun.type('反映的户主姓名', '周安和')
    await page.getByRole('button', { name: /^所在村/ }).click()
    await page.getByLabel('输入名称查找行政区划').filter({ visible: true }).fill('花庄')
    await page.getByRole('button', { name: /^花庄村/ }).filter({ visible: true }).first().click()
    await sun.pick('线索来源', '部门筛查预警')
    await sun.type('反映的情况', '住院自付超过两万元，未参加大病救助。')
    await sun.press('登记这条线索')
    await sun.sees('已登记「周安和」的线索')
    const { status } = await sun.call('GET', '/leads')
    assert.equal(status, 403)
  }))

test('the village finds it among its leads, not yet matched to a household', () =>
  as('village.li', async (li) => {
    await li.open('/leads')
    const row = li.page.getByRole('row').filter({ hasText: '周安和' })
    await li.sees('未对上农户', row)
    await li.sees('部门筛查预警', row)
    await row.getByRole('link', { name: '周安和' }).click()
    await li.settled()
    await li.sees('住院自付超过两万元，未参加大病救助。')
    await li.button('对上农户').waitFor()
  }))
