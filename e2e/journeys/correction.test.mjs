/** 更正 after the archive: the village asks, the township decides; what was typed first stays on record. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'
import { eventTexts, stage } from '../support/sights.mjs'

const { as } = journey('correction')
const story = {}

/** Asks for one field to be put right, on the casefile's own page. */
async function ask(person, { field, value, reason }) {
  await person.open(`/casefiles/${story.id}?tab=corrections`)
  const panel = person.page.getByRole('tabpanel', { name: /^更正/ })
  await person.pick('要更正的内容', field, panel)
  await person.type('应当是', value, panel)
  await person.type('错在哪里，依据什么', reason, panel)
  await panel.getByRole('button', { name: '报上一级审批更正' }).click()
  await person.sees('更正申请已报上一级，批准前记录不变')
  return panel
}
const corrections = (person) => person.page.getByRole('list', { name: '更正记录' }).getByRole('listitem')
const task = (person, label) => person.page.getByRole('region', { name: `${story.head}户更正${label}` })

test('the village asks for a correction of an archived case, and nothing changes yet', () =>
  as('village.li', async (li) => {
    const { items } = await li.read('/casefiles?stage=archived&limit=100')
    assert.ok(items.length, 'the demo has an archived case')
    Object.assign(story, { id: items[0].id, head: items[0].head_name })
    const panel = await ask(li, { field: '村内公示：张贴地点', value: '村委会门口公告栏', reason: '与张贴照片不一致，照片上是村委会门口。' })
    await li.sees('待审批', panel)
    await li.sees(/村务公开栏和村口公告栏 → 村委会门口公告栏/, panel)
    const { records } = await li.read(`/casefiles/${story.id}`)
    assert.equal(records.public_notice.place, '村务公开栏和村口公告栏')
  }))

test('a township that decides on an old sight of it is told who did what meanwhile, and keeps its words', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open('/corrections')
    const note = '照片可见，同意更正。'
    await task(wang, '张贴地点').getByRole('textbox').fill(note)
    await as('village.li', (li) => ask(li, { field: '村级初选（民主评议）：评议意见', value: '情况属实', reason: '评议意见多写了一句，以会议记录为准。' }))
    await task(wang, '张贴地点').getByRole('button', { name: '批准更正', exact: true }).click()
    const alert = page.getByRole('alert').filter({ hasText: '这次没有记录，您填的内容还在。' })
    await wang.sees(/，李建业：/, alert)
    await alert.getByRole('button', { name: '刷新后再办' }).click()
    await alert.waitFor({ state: 'detached' })
    assert.equal(await task(wang, '张贴地点').getByRole('textbox').inputValue(), note)
    await task(wang, '张贴地点').getByRole('button', { name: '批准更正', exact: true }).click()
    await wang.sees('已批准更正张贴地点，原来的内容保留在记录里')
  }))

test('a correction is refused only with a reason', () =>
  as('township.wang', async (wang) => {
    await wang.open('/corrections')
    const other = task(wang, '评议意见')
    assert.ok(await other.getByRole('button', { name: '不同意更正' }).isDisabled())
    await other.getByRole('textbox').fill('会议记录里有这句话，不改。')
    await other.getByRole('button', { name: '不同意更正' }).click()
    await wang.sees('没有同意更正评议意见，记录不变')
    await wang.sees('没有待审批的更正')
  }))

test('the case shows the old words beside the new, who asked and who decided', () =>
  as('village.li', async (li) => {
    await li.open(`/casefiles/${story.id}?tab=corrections`)
    const [place, opinion] = await corrections(li).allInnerTexts()
    assert.match(place, /✓ 更正后[\s\S]*村务公开栏和村口公告栏 → 村委会门口公告栏[\s\S]*李建业[\s\S]*王晓舟[\s\S]*批准/)
    assert.match(opinion, /不同意更正[\s\S]*王晓舟[\s\S]*会议记录里有这句话，不改。/)
    const { records } = await li.read(`/casefiles/${story.id}`)
    assert.equal(records.public_notice.place, '村委会门口公告栏')
    assert.equal(await stage(li), '已归档')
    const events = (await eventTexts(li)).join('\n')
    assert.match(events, /更正/)
  }))

test('who decides nothing here has no such page', () =>
  as('village.li', async (li) => {
    await li.open('/corrections')
    assert.equal(new URL(li.page.url()).pathname, '/not-allowed')
  }))
