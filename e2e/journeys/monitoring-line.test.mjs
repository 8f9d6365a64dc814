/** The line of a year: drafted by one officer, judged by a second, signed by a third, filed, published, confirmed by a city. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { phone } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'
import { does, fillFigure, holdsFrom, saveDraft } from '../support/lines.mjs'

const { as } = journey('monitoring-line')
const story = {}

const line = (person) => person.open(`/monitoring-lines/${story.id}`)

test('an officer computes, sees what is missing, and sends the draft for review', async () => {
  const draft = {}
  await as('policy.feng', async (feng) => {
    const form = { pack_id: 'henan-2025', jurisdiction: '410000000000', from: '2025-01-01', reason: '新年度工作要点', document: '豫农监测〔2025〕3号' }
    Object.assign(draft, await feng.call('POST', '/policy/adoptions', form))
    assert.equal(draft.status, 200, JSON.stringify(draft.body))
  })
  await as('policy.tang', async (tang) => {
    const confirmed = await tang.call('POST', `/policy/adoptions/${draft.body.id}/confirm`, { expected_version: draft.body.version, end_previous: true })
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body))
  })
  await as('policy.feng', async (feng) => {
    await feng.open('/monitoring-lines/new?year=2025')
    await feng.sees('送审前还差')
    await fillFigure(feng, 1, { value: '7000', source: '豫防返〔2024〕1号' })
    await fillFigure(feng, 2, { value: '6.5', source: '统计公报' })
    await fillFigure(feng, 3, { value: '5200', source: '民政部门公布' })
    await holdsFrom(feng, '2025-03-10')
    await feng.sees('7000 × (1 + 6.5%) = 7455')
    story.id = await saveDraft(feng, '7400', '综合考虑收入增速和低保标准，稳妥取整。')
    await does(feng, '送审', '已送审')
    await feng.sees('等另一位政策管理员研判：起草人不能研判自己的稿子。')
  })
})

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
    await wu.open('/workbench')
    await page.getByRole('link', { name: '填写回执 ›' }).click()
    await wu.sees('还没有回执')
    await wu.press('填写回执…')
    const dialog = page.getByRole('dialog', { name: '填写回执' })
    await wu.type('转发文号（可不填）', '洛防返〔2025〕1号', dialog)
    await dialog.getByRole('button', { name: '提交回执' }).click()
    await wu.sees('回执已记录')
    await wu.open(`/monitoring-lines/${story.id}`)
    await wu.sees('宜阳县')
    assert.ok(!(await page.getByRole('main').innerText()).includes('冯雅言'), 'names of the office stay there')
  }))

test('a correction is a further line from a later day; the first stays as it was', async () => {
  await as('policy.feng', async (feng) => {
    await line(feng)
    await feng.page.getByRole('link', { name: '做一次更正' }).click()
    await feng.settled()
    await feng.sees('更正从以后的日期起执行；原来的一份照样留着，已经开始的事项不受影响。')
    await fillFigure(feng, 1, { value: '7000', source: '豫防返〔2024〕1号' })
    await fillFigure(feng, 2, { value: '7.5', source: '统计公报（修订）' })
    await fillFigure(feng, 3, { value: '5200', source: '民政部门公布' })
    await holdsFrom(feng, '2025-06-01')
    await feng.sees('7000 × (1 + 7.5%) = 7525')
    story.second = await saveDraft(feng, '7500', '统计公报修订了增速，按修订数更正。')
    assert.notEqual(story.second, story.id)
    await does(feng, '送审', '已送审')
  })
  await as('policy.tang', async (tang) => {
    await tang.open(`/monitoring-lines/${story.second}`)
    await tang.type('研判意见', '以修订后的公报为准，同意更正。')
    await does(tang, '提交研判意见', '研判意见已记录')
  })
  await as('policy.lu', async (lu) => {
    await lu.open(`/monitoring-lines/${story.second}`)
    await lu.sees('第 2 次；', lu.page.locator('.page-header'))
    await lu.type('批准文号或会议纪要', '纪要〔2025〕9号')
    await does(lu, '批准', '已批准')
    await lu.type('备案文件的文号', '豫备〔2025〕2号')
    await does(lu, '登记备案报送', '备案已登记')
    await lu.type('印发文件的文号', '豫防返〔2025〕6号')
    await does(lu, '印发', '已印发')
    await lu.sees('0 / 18 已回执')
    // Who is waited for stands on the desk of those who sent it.
    await lu.open('/workbench')
    await lu.sees(/^等.*等 18 个单位：填写回执$/)
    // The first one: its amount, its reasons and its receipts are untouched; it ends the day before.
    await line(lu)
    const amount = lu.page.getByRole('region', { name: '金额' })
    await lu.sees('7,400 元', amount)
    await lu.sees(/2025年3月10日起执行，至 2025年5月31日/, amount)
    await lu.sees('综合考虑收入增速和低保标准，稳妥取整。', amount)
    assert.equal(await lu.page.getByRole('link', { name: '做一次更正' }).count(), 0, 'what has ended is not corrected')
    const { body } = await lu.call('GET', `/monitoring-lines/${story.id}`)
    assert.equal(body.draft.amount_yuan, 7400)
    assert.ok(body.receipts.some((one) => one.acknowledged_on), 'what the city answered stays')
  })
})
