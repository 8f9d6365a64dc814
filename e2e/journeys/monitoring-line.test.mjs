/** The line of a year: drafted by one officer, judged by a second, signed by a third, filed, published, confirmed by a city. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { phone } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'

const { as } = journey('monitoring-line')
const story = {}

/** Presses an act's button and waits for what is said when it is recorded. */
async function does(person, button, said) {
  const panel = person.page.getByRole('region', { name: '现在该做什么' })
  await panel.locator('form').getByRole('button', { name: button, exact: true }).click()
  await person.sees(said)
  await person.settled()
}
const line = (person) => person.open(`/monitoring-lines/${story.id}`)

test('an officer computes, sees what is missing, and sends the draft for review', () =>
  as('policy.feng', async (feng) => {
    const { page } = feng
    const form = { pack_id: 'henan-2025', jurisdiction: '410000000000', from: '2025-01-01', reason: '新年度工作要点', document: '豫农监测〔2025〕3号' }
    const draft = await feng.call('POST', '/policy/adoptions', form)
    assert.equal(draft.status, 200, JSON.stringify(draft.body))
    const confirmed = await feng.call('POST', `/policy/adoptions/${draft.body.id}/confirm`, { expected_version: draft.body.version, end_previous: true })
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
    await feng.open('/monitoring-lines/new?year=2025')
    await feng.sees('送审前还差')
    await page.getByRole('textbox', { name: '数据 1 的数值' }).fill('7000')
    await page.getByRole('textbox', { name: '数据 1 的来源' }).fill('豫防返〔2024〕1号')
    await page.getByRole('textbox', { name: '数据 2 的数值' }).fill('6.5')
    await page.getByRole('textbox', { name: '数据 2 的来源' }).fill('统计公报')
    await page.getByRole('textbox', { name: '数据 3 的数值' }).fill('5200')
    await page.getByRole('textbox', { name: '数据 3 的来源' }).fill('民政部门公布')
    const from = page.getByRole('combobox', { name: '选择日期' }).or(page.getByPlaceholder('选择日期')).first()
    await from.fill('2025-03-10')
    await from.press('Enter')
    await feng.sees('7000 × (1 + 6.5%) = 7455')
    await feng.type('金额（元，每人每年）', '7400')
    await page.getByPlaceholder(/综合考虑了什么/).fill('综合考虑收入增速和低保标准，稳妥取整。')
    await feng.sees('可以送审')
    await feng.press('保存草稿')
    await page.waitForURL(/\/monitoring-lines\/[0-9a-f-]{36}$/)
    await feng.settled()
    story.id = page.url().split('/').pop()
    await does(feng, '送审', '已送审')
    await feng.sees('等另一位政策管理员研判：起草人不能研判自己的稿子。')
  }))

test('a second officer judges and cannot sign as well', () =>
  as('policy.tang', async (tang) => {
    await line(tang)
    await tang.type('研判意见', '测算稳妥，同意。')
    await does(tang, '提交研判意见', '研判意见已记录')
    await tang.sees('等另一位政策管理员批准：起草人和研判人不能自己批准。')
  }))

test('a third signs, files it with the ministry and publishes it', () =>
  as('policy.lu', async (lu) => {
    await line(lu)
    await lu.type('批准文号或会议纪要', '纪要〔2025〕4号')
    await does(lu, '批准', '已批准')
    await lu.type('备案文件的文号', '豫备〔2025〕1号')
    await does(lu, '登记备案报送', '备案已登记')
    await lu.sees('报农业农村部备案')
    await lu.type('印发文件的文号', '豫防返〔2025〕2号')
    await does(lu, '印发', '已印发')
    await lu.sees('0 / 18 已回执')
    await lu.open('/monitoring-lines/what-if?amount=7400')
    await lu.sees(/在监测范围内不等于认定，也没有人因此退出/)
    await lu.sees('洛阳市')
  }))

test('the city confirms on a phone, and its counties are told', () =>
  as('city.wu', { viewport: phone, isPhone: true }, async (wu) => {
    const { page } = wu
    await wu.open('/monitoring-lines')
    await wu.press('填写回执…')
    const dialog = page.getByRole('dialog', { name: '填写回执' })
    await wu.type('转发文号（可不填）', '洛防返〔2025〕1号', dialog)
    await dialog.getByRole('button', { name: '提交回执' }).click()
    await wu.sees('回执已记录')
    await wu.open(`/monitoring-lines/${story.id}`)
    await wu.sees('宜阳县')
    assert.ok(!(await page.getByRole('main').innerText()).includes('冯雅言'), 'names of the office stay there')
  }))
