/** A household nobody had on file: opened with its head, joined by two members, then split in two. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('new-household')
const story = {}
const head = { name: '白照林', number: '980328198406120026' }
const child = { name: '白小满', number: '980328201109030010' }
const elder = { name: '白秋生', number: '980328195608010016' }

/** Opens a change of the file and answers its dialog. */
async function change(person, label) {
  await person.open(`/households/${story.id}`)
  await person.press('登记变动')
  await person.page.getByRole('menuitem', { name: label, exact: true }).click()
  return person.page.getByRole('dialog', { name: new RegExp(`^${label}`) })
}

async function save(person, dialog, label, reason) {
  await person.type('采集人', '李建业', dialog)
  await person.type('变动原因', reason, dialog)
  await dialog.getByRole('button', { name: label, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await person.settled()
}

/** Health and labour, which the national sheet asks of everybody. */
async function condition(person, dialog, labour) {
  await person.pick('健康状况', '健康', dialog)
  await person.pick('劳动技能', labour, dialog)
}

const members = (person) => person.page.getByRole('tabpanel', { name: /^家庭成员/ })

test('a file begins with its head; birth date and sex are read from the number', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open('/households')
    await li.press('新建农户档案')
    const dialog = page.getByRole('dialog', { name: '新建农户档案' })
    const create = dialog.getByRole('button', { name: '新建农户档案' })
    await li.type('住址', '花庄村五组 7 号', dialog)
    await li.type('联系电话', '19900010007', dialog)
    await li.type('姓名', head.name, dialog)
    assert.ok(await create.isDisabled(), 'a file without birth date and reason is not opened')
    await li.type('建档原因', '从外县迁入', dialog)
    await condition(li, dialog, '普通劳动力')

    // A wrong digit is told where it stands, and nothing that was typed is lost.
    await li.type('证件号码（没有可以不填）', '980328198406120027', dialog)
    await dialog.getByPlaceholder('选择日期').fill('1984年6月12日')
    await dialog.getByPlaceholder('选择日期').press('Enter')
    await create.click()
    await dialog.getByRole('alert').waitFor()
    await li.sees(/校验不符，说明有一位填错了/, dialog.getByRole('alert'))
    await li.type('证件号码（没有可以不填）', head.number, dialog)
    assert.equal(await dialog.getByPlaceholder('选择日期').inputValue(), '1984年6月12日')
    assert.ok(await dialog.getByRole('radio', { name: '女', exact: true }).isChecked())
    await create.click()
    await page.waitForURL(/\/households\/[0-9a-f-]{36}$/)
    await li.settled()
    story.id = page.url().split('/').pop()
    await li.sees(`${head.name}户`)
    await li.sees('花庄村五组 7 号')
    assert.ok(!(await page.getByRole('main').innerText()).includes(head.number), 'the number is masked')
  }))

test('the same person cannot be put on file twice', () =>
  as('village.li', async (li) => {
    await li.open('/households')
    await li.press('新建农户档案')
    const dialog = li.page.getByRole('dialog', { name: '新建农户档案' })
    await li.type('姓名', head.name, dialog)
    await li.type('证件号码（没有可以不填）', head.number, dialog)
    await li.type('建档原因', '再建一次', dialog)
    await condition(li, dialog, '普通劳动力')
    await dialog.getByRole('button', { name: '新建农户档案' }).click()
    await dialog.getByRole('alert').waitFor()
    assert.match(await dialog.getByRole('alert').innerText(), /已|另一户|重复/)
  }))

test('two members join', () =>
  as('village.li', async (li) => {
    for (const [member, relation] of [[child, '之子'], [elder, '之父']]) {
      const dialog = await change(li, '登记成员迁入')
      await li.type('姓名', member.name, dialog)
      await li.pick('与户主关系', relation, dialog)
      await li.type('证件号码（没有可以不填）', member.number, dialog)
      await condition(li, dialog, member === child ? '无劳动力' : '普通劳动力')
      await save(li, dialog, '登记成员迁入', '随户主一起迁入，入户时核实。')
      await li.sees(member.name, members(li))
    }
    assert.equal(await members(li).getByRole('row').count(), 4, 'a heading and three members')
  }))

test('the father is split off into a household of his own', () =>
  as('village.li', async (li) => {
    const { page } = li
    const dialog = await change(li, '登记分户')
    await dialog.getByRole('button', { name: '登记分户', exact: true }).click()
    await li.sees(/^还没有填：/, dialog)
    await li.tick(new RegExp(`^${elder.name}`), dialog)
    await li.choose(elder.name, dialog)
    await save(li, dialog, '登记分户', '老人单独立户，户口簿已分开。')
    await li.sees('已分户，新户有了自己的档案。')
    await li.settled()
    assert.ok(!(await members(li).getByRole('row').filter({ hasText: elder.name }).allInnerTexts()).some((row) => !row.includes('迁出') && !row.includes('分户')), 'the father is no present member any more')
    await page.getByRole('link', { name: '查看新户档案' }).click()
    await li.sees(`${elder.name}户`)
    await li.settled()
    assert.notEqual(page.url().split('/').pop(), story.id)
    assert.equal((await li.read(`/households/${page.url().split('/').pop()}`)).members.filter(({ status }) => status === 'active').length, 1)
    assert.equal((await li.read(`/households/${story.id}`)).members.filter(({ status }) => status === 'active').length, 2)
  }))
