/** Those above look without touching: figures, drill-down, a masked look for a purpose; and the look is on record. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('supervision')
const purpose = '核实逾期原因，准备督办'
const story = {}

test('the city drills down to where work sticks and opens one casefile for a purpose', () =>
  as('city.wu', async (wu) => {
    const { page } = wu
    await wu.open('/supervision')
    await wu.press('查看宜阳县的下级')
    await wu.settled()
    await wu.press('查看柳泉镇的下级')
    await wu.settled()
    await wu.sees(/花庄村/)
    const overdue = page.getByRole('row').filter({ has: page.getByRole('button', { name: /^说明事由后查看/ }) }).first()
    const name = (await overdue.getByRole('cell').first().innerText()).trim()
    assert.match(name, /[*＊某○]/, `${name} is not masked`)
    await overdue.getByRole('button').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').first().fill(purpose)
    await dialog.getByRole('button', { name: /查看/ }).last().click()
    await wu.sees(/入户核实/, dialog)
    story.seen = await dialog.innerText()
    assert.ok(!/98\d{15}[\dX]|199\d{8}/.test(story.seen), 'no number is shown')
  }))

test('the province sees figures of every city and no full name', () =>
  as('province.zheng', async (zheng) => {
    await zheng.open('/supervision')
    await zheng.sees('洛阳市')
    const overdue = await zheng.read('/supervision/overdue?limit=50')
    assert.ok(overdue.items.length > 0)
    for (const { head_name_masked: name } of overdue.items) assert.match(name, /[*＊某○]/)
    const { items } = await zheng.call('GET', '/casefiles').then(({ body }) => body)
    assert.equal(items, undefined, 'casefiles are not for supervisors')
  }))

test('the audit administrator finds that look with the digest of its purpose, and the chain is whole', () =>
  as('audadmin', async (han) => {
    await han.open('/audit')
    await han.type('操作人登录名', 'city.wu')
    await han.press('筛选')
    await han.settled()
    const record = han.page.getByRole('row').filter({ hasText: '说明事由后查看事项' })
    await han.sees('吴若谷', record)
    // The purpose may name people: the chain keeps its digest, which proves what was written.
    await han.sees(/事由摘要 [0-9a-f]{12}/, record)
    await record.getByRole('button', { name: '查看事由' }).click()
    await han.sees(`事由：${purpose}`, record)
    await han.sees('与链上摘要一致', record)
    await han.press('校验审计链')
    await han.sees('审计链完整')
    await han.sees(/没有发现改动、删除、插入或调换/)
  }))
