/** A list as one's own tool: filters under a name, the page that opens with them, the list taken along; a lead's day put right. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { phone } from '../support/browser.mjs'
import { journey } from '../support/journey.mjs'

const { as } = journey('listings')
const story = {}

const views = (person) => person.page.getByRole('group', { name: '常用筛选' })
const rows = async (person) => (await person.page.locator('tbody tr').allInnerTexts()).length

async function saveAs(person, name, opensFirst) {
  await views(person).getByRole('button', { name: '存为常用筛选' }).click()
  const dialog = person.page.getByRole('dialog', { name: '存为常用筛选' })
  await dialog.getByPlaceholder('例如：热线未结').fill(name)
  if (opensFirst) await person.tick('下次打开这个页面就用它', dialog)
  await dialog.getByRole('button', { name: '存为常用筛选' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Presses the button, waits for the file, and answers what the page says of it. */
async function take(person) {
  const [download] = await Promise.all([person.page.waitForEvent('download'), person.press('导出这份清单')])
  const said = await person.page.getByText(/已导出 [\d,]+ /).innerText()
  return { name: download.suggestedFilename(), rows: Number(/已导出 ([\d,]+)/.exec(said)[1].replace(/,/g, '')) }
}

test('the township keeps its filters, and the page opens with them', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open('/casefiles')
    await wang.pick('按阶段筛选', '已归档')
    await wang.settled()
    await saveAs(wang, '已归档的', false)
    await wang.pick('按阶段筛选', '办理中')
    await wang.settled()
    await page.getByText('只看超期').click()
    await wang.settled()
    await saveAs(wang, '超期的', true)
    story.overdue = await rows(wang)
    // Opened anew without filters, the page comes as it was kept.
    await wang.open('/casefiles')
    assert.match(page.url(), /overdue=true/)
    assert.equal(await rows(wang), story.overdue)
    await views(wang).getByRole('button', { name: '超期的', exact: false, pressed: true }).waitFor()
    // One press changes to the other.
    await views(wang).getByRole('button', { name: '已归档的', exact: true }).click()
    await wang.settled()
    assert.match(page.url(), /stage=archived/)
    assert.doesNotMatch(page.url(), /overdue/)
    // A link that asks for something else is not overruled.
    await wang.open('/casefiles?stage=ended')
    assert.match(page.url(), /stage=ended/)
    // A name that is taken is said at the field.
    await views(wang).getByRole('button', { name: '存为常用筛选' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByPlaceholder('例如：热线未结').fill('超期的')
    await dialog.getByRole('button', { name: '存为常用筛选' }).click()
    await wang.sees('这个页面已有同名的常用筛选，请换个名字', dialog)
    await dialog.getByRole('button', { name: '取消' }).click()
  }))

test('a search for a name is kept without the name in the address, renamed and removed', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    const { body } = await wang.call('POST', '/households/search', { limit: 1 })
    const name = body.items[0].head_name
    await wang.open('/households')
    await wang.type('姓名、拼音首字母、证件号码或户编号', name)
    await wang.press('查找农户')
    await wang.settled()
    await saveAs(wang, '常找的一户', false)
    await wang.open('/households')
    await views(wang).getByRole('button', { name: '常找的一户' }).first().click()
    await wang.settled()
    await page.getByRole('row').filter({ hasText: name }).first().waitFor()
    assert.ok(!decodeURIComponent(page.url()).includes(name), 'the name stays out of the address')
    await wang.press('修改常用筛选常找的一户')
    const dialog = page.getByRole('dialog', { name: '修改常用筛选' })
    await dialog.getByPlaceholder('例如：热线未结').fill('老户')
    await dialog.getByRole('button', { name: '保存修改' }).click()
    await views(wang).getByRole('button', { name: '老户', exact: true }).waitFor()
    await wang.press('修改常用筛选老户')
    await dialog.getByRole('button', { name: '删除' }).click()
    await page.locator('.el-popconfirm').getByRole('button', { name: '删除' }).click()
    await views(wang).getByRole('button', { name: '老户', exact: true }).waitFor({ state: 'detached' })
  }))

test('each list is taken along with the rows it shows', () =>
  as('county.chen', async (chen) => {
    for (const [path, title, list] of [
      ['/households', '农户清单', () => chen.call('POST', '/households/search', { limit: 1 })],
      ['/leads', '风险线索清单', () => chen.call('GET', '/leads?status=open&limit=1')],
      ['/casefiles?stage=running&overdue=true', '识别认定事项清单', () => chen.call('GET', '/casefiles?stage=running&overdue=true&limit=1')],
      ['/notices', '公示与异议清单', () => chen.call('GET', '/notices?limit=1')],
      ['/supervision', '逾期事项清单', () => chen.call('GET', '/supervision/overdue?limit=1')],
    ]) {
      await chen.open(path)
      const { body } = await list()
      const file = await take(chen)
      assert.match(file.name, new RegExp(`^${title} .*\\.xlsx$`))
      assert.equal(file.rows, body.total, path)
    }
  }))

test('a village is offered no workbook, and the audit administrator finds who took what', async () => {
  await as('village.li', async (li) => {
    await li.open('/casefiles')
    assert.equal(await li.button('导出这份清单').count(), 0)
  })
  await as('audadmin', async (han) => {
    await han.open('/audit?operation=export.list')
    await han.sees('导出清单')
    await han.sees(/筛选：/)
    const file = await take(han)
    assert.ok(file.rows >= 5)
  })
})

test("a lead's day typed wrongly is put right on a phone, and the clock follows", () =>
  as('village.li', { viewport: phone, isPhone: true }, async (li) => {
    const { page } = li
    const { body } = await li.call('GET', '/leads?status=open&limit=50')
    const lead = body.items.find((one) => one.household && one.deadline_on)
    await li.open(`/leads/${lead.id}`)
    await li.press('更正')
    const dialog = page.getByRole('dialog', { name: '更正发现日期' })
    await dialog.getByRole('button', { name: '更正发现日期' }).click()
    await li.sees('请选择日期。', dialog)
    const before = new Date(`${lead.received_on}T00:00:00Z`)
    before.setUTCDate(before.getUTCDate() - 1)
    const day = before.toISOString().slice(0, 10)
    const [year, month, date] = day.split('-').map(Number)
    await dialog.getByPlaceholder('选择日期').fill(`${year}年${month}月${date}日`)
    await dialog.getByPlaceholder('选择日期').press('Enter')
    await dialog.getByPlaceholder(/^例如：登记时看错/).fill('登记晚了一天，以走访记录为准')
    await dialog.getByRole('button', { name: '更正发现日期' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await li.sees('更正过发现日期')
    await li.sees(/登记晚了一天，以走访记录为准/)
    const now = await li.read(`/leads/${lead.id}`)
    assert.equal(now.received_on, day)
    assert.equal(now.days_left, lead.days_left - 1)
  }))
