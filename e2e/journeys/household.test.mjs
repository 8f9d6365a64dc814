/** The file of a household: found three ways, revealed for a purpose, changed, and compared with what it was. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('household')
const story = {}

/** Initials of characters frequent in the demo's names. */
const initials = { 赵: 'z', 峰: 'f', 杜: 'd', 强: 'q', 傅: 'f', 海: 'h', 魏: 'w', 春: 'c', 涛: 't', 黎: 'l', 安: 'a', 波: 'b', 胡: 'h', 秦: 'q', 鹏: 'p', 刘: 'l', 凤: 'f', 明: 'm', 余: 'y', 石: 's', 国: 'g', 江: 'j', 宇: 'y' }

async function search(person, text) {
  await person.open('/households')
  await person.type('姓名、拼音首字母、证件号码或户编号', text)
  await person.press('查找农户')
  await person.settled()
  assert.ok(!decodeURIComponent(person.page.url()).includes(text), 'what is typed stays out of the address')
}
const row = (person, { code }) => person.page.getByRole('row').filter({ hasText: code })

test('a household is found by name and by pinyin initials', () =>
  as('village.li', async (li) => {
    const { body } = await li.call('POST', '/households/search', { limit: 100 })
    const spelt = (name) => [...name].map((letter) => initials[letter] ?? '?').join('')
    story.household = body.items.find((one) => one.code && !spelt(one.head_name).includes('?'))
    assert.ok(story.household, 'no name of the demo is in the table of initials')
    await search(li, story.household.head_name)
    await row(li, story.household).waitFor()
    await search(li, spelt(story.household.head_name))
    await row(li, story.household).waitFor()
  }))

test('the ID number is masked until somebody says why, and finds the household', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open(`/households/${story.household.id}`)
    assert.ok(!/98\d{15}[\dX]/.test(await page.getByRole('main').innerText()), 'no whole ID number is on the page')
    const head = page.getByRole('row').filter({ hasText: story.household.head_name }).first()
    await head.getByRole('button', { name: '查看完整证件号码' }).click()
    const dialog = page.getByRole('dialog', { name: '查看完整证件号码' })
    assert.ok(await dialog.getByRole('button', { name: '查看并记录' }).isDisabled())
    await li.type('用途', '核对申报材料', dialog)
    await dialog.getByRole('button', { name: '查看并记录' }).click()
    await head.getByText(/98\d{15}[\dX]/).waitFor()
    const [number] = /98\d{15}[\dX]/.exec(await head.innerText())
    await search(li, number)
    await row(li, story.household).waitFor()
    assert.equal(await page.getByRole('row').count(), 2, 'a whole number names one household')
  }))

test('a change makes a new version, and the two are compared line by line', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open(`/households/${story.household.id}`)
    const { version } = await li.read(`/households/${story.household.id}`)
    await li.press('登记变动')
    await page.getByRole('menuitem', { name: '登记住址电话变更' }).click()
    const dialog = page.getByRole('dialog', { name: new RegExp('^登记住址电话变更') })
    await li.type('住址', '花庄村三组 18 号', dialog)
    await li.type('变动原因', '翻建后门牌变更，入户时核实', dialog)
    await dialog.getByRole('button', { name: '登记住址电话变更' }).click()
    await li.sees(`档案更新为第 ${version + 1} 版`)
    await dialog.waitFor({ state: 'detached' })
    await li.sees('花庄村三组 18 号')
    await page.getByRole('tab', { name: '变更记录' }).click()
    await li.settled()
    const panel = page.getByRole('tabpanel', { name: '变更记录' })
    await li.sees('翻建后门牌变更，入户时核实', panel)
    await li.sees('李建业', panel)
    const line = panel.getByRole('row').filter({ hasText: '花庄村三组 18 号' })
    await li.sees('改动', line)
    assert.match(await line.innerText(), /住址/)
  }))

test('a neighbouring village and a neighbouring county do not find it', async () => {
  for (const stranger of ['village2.zhao', 'county2.zhou']) {
    await as(stranger, async (person) => {
      await search(person, story.household.code)
      await person.sees('没有找到符合条件的农户')
      await person.open(`/households/${story.household.id}`)
      await person.sees('没有找到')
      assert.ok(!(await person.page.getByRole('main').innerText()).includes(story.household.head_name))
    })
  }
})

test('a county turns the pages of its register', () =>
  as('county.chen', async (chen) => {
    await chen.open('/households')
    await chen.settled()
    const links = chen.page.getByRole('main').locator('tbody a[href^="/households/"]')
    const first = await links.count()
    for (const pages of [2, 3]) {
      await chen.press('显示更多')
      await links.nth(first * pages - 1).waitFor()
      assert.equal(await links.count(), first * pages)
    }
  }))
