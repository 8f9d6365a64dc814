/** A household goes to another township of the county, a lead to another county: both sides see what waits and what came. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('handover')
const story = {}

/** Chooses in the picker of divisions, one name after the other from the top. */
async function choosePlace(person, label, names) {
  const { page } = person
  await page.getByRole('button', { name: new RegExp(`^${label}：`) }).filter({ visible: true }).click()
  const popover = page.locator('.el-popper').filter({ visible: true })
  for (const [level, name] of names.slice(0, -1).entries()) {
    await popover.getByRole('button', { name, exact: true }).first().waitFor()
    const deeper = popover.getByRole('button', { name: `展开${name}的下级` })
    const below = popover.getByRole('button', { name: names[level + 1], exact: true }).first()
    // The only one of its level opens by itself, perhaps while one reaches for it.
    for (let tries = 0; tries < 50 && !(await below.isVisible()); tries += 1) {
      if (await deeper.isVisible()) await deeper.click({ timeout: 500 }).catch(() => undefined)
      await page.waitForTimeout(100)
    }
  }
  await popover.getByRole('button', { name: names.at(-1), exact: true }).click()
}

test('a township hands a household over, and the file says that it waits', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    const { body } = await wang.call('POST', '/households/search', { limit: 100 })
    story.household = body.items.find((one) => one.status === 'active' && !one.has_running_casefile && one.open_leads === 0 && !one.monitored)
    await wang.open(`/households/${story.household.id}`)
    await wang.press('移交或迁出')
    await page.getByRole('menuitem', { name: '移交到另一个乡镇' }).click()
    const dialog = page.getByRole('dialog', { name: /^移交到另一个乡镇/ })
    await wang.press('移交到另一个乡镇')
    await wang.sees('还没有填：迁往哪里、原因', dialog)
    await wang.choose('韩城镇', dialog)
    await wang.type('原因和依据', '投靠女儿，户口已迁，见迁移证', dialog)
    await wang.press('移交到另一个乡镇')
    await dialog.waitFor({ state: 'detached' })
    await wang.sees(/正移交给韩城镇，等对方接收/)
    await wang.open('/workbench')
    await wang.sees(/等乡镇级：接收移交的农户/)
  }))

test('the other township finds it on its desk, sends it back, and takes it when it comes again', async () => {
  await as('township2.liu', async (liu) => {
    const { page } = liu
    await liu.open('/workbench')
    await page.getByRole('link', { name: /接收或退回移交的农户/ }).click()
    await liu.settled()
    await liu.press('退回')
    const dialog = page.getByRole('dialog', { name: /^退回这一户/ })
    await liu.type('原因', '户口还没有迁来，请先核实', dialog)
    await liu.press('退回这一户')
    await dialog.waitFor({ state: 'detached' })
    await liu.sees('已退回')
  })
  await as('township.wang', async (wang) => {
    await wang.open('/handovers')
    await wang.sees(/户口还没有迁来，请先核实/)
    const { version } = await wang.read(`/households/${story.household.id}`)
    const form = { expected_version: version, to: '410327103000', effective_on: (await wang.read('/workbench')).today, reason: '户口已迁来，再次移交' }
    const again = await wang.call('POST', `/households/${story.household.id}/handovers`, form)
    assert.equal(again.status, 200, JSON.stringify(again.body))
  })
  await as('township2.liu', async (liu) => {
    const { page } = liu
    await liu.open('/handovers')
    await liu.press('接收')
    const dialog = page.getByRole('dialog', { name: /^接收这一户/ })
    const villages = await liu.read('/divisions?parent=410327103000')
    await choosePlace(liu, '落到哪个村', [villages[0].name])
    await liu.press('接收这一户')
    await dialog.waitFor({ state: 'detached' })
    await liu.open(`/households/${story.household.id}`)
    await liu.sees(villages[0].name)
  })
  await as('township.wang', async (wang) => {
    assert.equal((await wang.call('GET', `/households/${story.household.id}`)).status, 404)
  })
})

test('the county ends the file of a household that left, and takes its sheet along', () =>
  as('county.chen', async (chen) => {
    const { page } = chen
    await chen.open(`/households/${story.household.id}`)
    await chen.press('移交或迁出')
    await page.getByRole('menuitem', { name: '登记整户迁出本县' }).click()
    const dialog = page.getByRole('dialog', { name: /^登记整户迁出本县/ })
    await chen.type('迁往哪里', '某省某市某县某镇', dialog)
    await chen.type('原因和依据', '举家迁往子女处，户口已迁出', dialog)
    await chen.press('登记整户迁出本县')
    await dialog.waitFor({ state: 'detached' })
    await chen.sees(/已整户迁出到某省某市某县某镇/)
    const sheet = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载随户转交的表' }).click()
    assert.match((await sheet).suggestedFilename(), /\.xlsx$/)
  }))

test('a lead that belongs to another county goes there with its day', async () => {
  await as('village.li', async (li) => {
    const { page } = li
    const { items } = await li.read('/leads?status=open&limit=50')
    const lead = items.find((one) => one.household)
    assert.ok(lead, 'the demo has an open lead of the village')
    story.received = lead.received_on
    await li.open(`/leads/${lead.id}`)
    await li.press('填写核实结论')
    const dialog = page.getByRole('dialog', { name: '填写核实结论' })
    await li.choose('不属本地，转有关地方', page)
    await page.getByRole('button', { name: /^转往的乡镇或村：/ }).waitFor()
    const names = []
    for (const code of ['410000000000', '410300000000', '410328000000', '410328102000']) {
      const parent = names.length ? story.parent : '000000000000'
      const children = await li.read(`/lead-places?parent=${parent}`)
      names.push(children.find((one) => one.code === code).name)
      story.parent = code
    }
    await choosePlace(li, '转往的乡镇或村', names)
    await page.getByLabel(/^理由/).fill('户籍和居住都在邻县，请当地核实')
    await li.press('办结这条线索')
    await dialog.waitFor({ state: 'detached' })
    await li.sees(/对方已收到，发现日期照旧/)
  })
  await as('township3.gao', async (gao) => {
    const { items } = await gao.read('/leads?status=open&limit=50')
    const received = (await Promise.all(items.map((one) => gao.read(`/leads/${one.id}`)))).find((one) => one.forwarded_from)
    assert.equal(received.received_on, story.received)
    await gao.open(`/leads/${received.id}`)
    await gao.sees(/转来，发现日期不变，期限从发现之日算/)
  })
})
