/** A complaint about somebody in office: the own level meets no trace of it, the level above handles it, its answer stays readable there. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { phone } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'
import { notMonitored } from '../support/sights.mjs'

const { as } = journey('complaints')
const story = {
  content: '镇里办事的人让先交材料费才给登记。\n有收条。',
  official: '镇经办人某某',
  answer: '查看收条并询问双方，情况属实；已退还费用，约谈当事人。',
}
const complaints = (person) => person.page.getByRole('article')
/** What somebody meets of it: the pages that list leads, and the work of the day. */
async function meetsNoTrace(person, paths) {
  for (const path of paths) {
    await person.open(path)
    const text = await person.page.locator('main').innerText()
    for (const words of ['材料费', story.official, '反映干部问题']) assert.ok(!text.includes(words), `${path} shows “${words}”`)
  }
}

test('the village registers it and is told where it goes', () =>
  as('village.li', async (li) => {
    const household = await notMonitored(li)
    story.household = household.head_name
    await li.open('/leads/new')
    await li.type('查找农户', household.code)
    await li.press('查找')
    await li.page.getByRole('list', { name: '查到的农户' }).getByRole('button').first().click()
    await li.pick('线索来源', '信访')
    await li.tick('反映的是干部问题，由他的上一级办理', li.page)
    await li.choose('乡镇（由县办理）')
    await li.type('反映的是谁（可不填；他本人和同级看不到）', story.official)
    await li.type('反映的情况', story.content)
    await li.press('登记这条线索')
    await li.sees('已登记，交县级办理')
    await meetsNoTrace(li, ['/workbench', '/leads', `/households/${household.id}`])
  }))

test('nobody of the township meets a trace of it', () =>
  as('township.wang', async (wang) => {
    await meetsNoTrace(wang, ['/workbench', '/leads', '/supervision'])
    await wang.open('/complaints')
    await wang.sees('没有待办理的反映')
    assert.equal((await wang.read('/complaints')).total, 0)
  }))

test('the city reads that there is one, not what it says, and has no button', () =>
  as('city.wu', async (wu) => {
    await wu.open('/complaints')
    const one = complaints(wu)
    await wu.sees('（由下级办理，内容不公开）', one)
    const text = await one.innerText()
    for (const words of ['材料费', story.official, story.household]) assert.ok(!text.includes(words), words)
    assert.equal(await one.getByRole('button').count(), 0)
  }))

test('the county finds it on the workbench and says what came of it', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    await chen.open('/workbench')
    await page.getByRole('link', { name: '办理反映干部问题的线索 ›' }).first().click()
    await chen.settled()
    const one = complaints(chen).filter({ hasText: story.household })
    await chen.sees(/有收条/, one)
    await chen.sees(`被反映的人：${story.official}（乡镇级），由县级以上办理`, one)
    await one.getByRole('button', { name: '登记办理结果' }).click()
    const dialog = page.getByRole('dialog', { name: '登记办理结果' })
    const record = dialog.getByRole('button', { name: '登记办理结果' })
    assert.ok(await record.isDisabled(), 'nothing is said yet')
    await chen.choose('反映属实', dialog)
    await chen.type('核实和处理的结果', story.answer, dialog)
    await chen.type('办理人（不能是被反映的人）', story.official, dialog)
    await record.click()
    await dialog.getByRole('alert').waitFor()
    assert.equal(await dialog.getByLabel('核实和处理的结果').inputValue(), story.answer, 'the form stays')
    await chen.type('办理人（不能是被反映的人）', '陈卓然', dialog)
    await record.click()
    await chen.sees('已登记办理结果')
    await chen.sees('没有待办理的反映')
  }))

test('its answer is read among those handled, on a phone too', () =>
  as('county.chen', { viewport: phone, isPhone: true }, async (chen) => {
    await chen.open('/complaints?status=handled')
    const one = complaints(chen).filter({ hasText: story.household })
    await chen.sees('反映属实', one)
    await chen.sees(new RegExp(`陈卓然办理：${story.answer}`), one)
    assert.equal(await one.getByRole('button').count(), 0)
    const overflow = await chen.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(overflow <= 0, `${overflow} points too wide`)
  }))

test('handled or not, the township meets nothing', () =>
  as('township.wang', async (wang) => {
    await wang.open('/complaints?status=handled')
    await wang.sees('没有办理过的反映')
    await meetsNoTrace(wang, ['/workbench', '/leads'])
  }))
