/** One notice for several households: chosen, looked at, posted, and each household answered for by itself. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'
import { stepState } from '../support/sights.mjs'

const { as } = journey('notice-several')
const story = {}
const choices = (person) => person.page.getByRole('group', { name: '公示农户' })
const previewText = (person) => person.page.frameLocator('iframe[title="公示文本预览"]').locator('body')
const words = (text) => text.replace(/\s+/g, ' ').trim()

test('every household whose appraisal recommends is offered and named in the text', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open('/notices')
    await page.getByRole('link', { name: '张贴公示' }).click()
    await page.waitForURL(/\/notices\/new$/)
    await li.settled()
    const labels = await choices(li).getByRole('checkbox').evaluateAll((boxes) => boxes.map((box) => box.closest('label').innerText))
    story.names = labels.map((label) => words(label).split(' ')[0])
    assert.ok(story.names.length >= 2, `the demo has ${story.names.length} households to post`)

    // One is left out, and the text leaves it out.
    await choices(li).getByRole('checkbox').first().uncheck({ force: true })
    await li.press('看公示文本')
    await previewText(li).getByText(story.names[1]).waitFor()
    assert.ok(!(await previewText(li).innerText()).includes(story.names[0]))
    assert.doesNotMatch(await previewText(li).innerText(), /98\d{15}[\dX]/, 'no ID number is posted')
  }))

test('a household somebody has touched meanwhile says who and when, before anything is posted', () =>
  as('village.li', async (li) => {
    await li.open('/notices/new')
    const { items } = await li.read('/casefiles?stage=running&limit=100')
    const { id } = items.find(({ head_name: name }) => name === story.names[0])
    const { version, steps } = await li.read(`/casefiles/${id}`)
    const { code } = steps.flatMap(({ evidence }) => evidence).find(({ present }) => !present)
    const answer = await li.call('POST', `/casefiles/${id}/actions`, { expected_version: version, occurred_on: '2022-05-20', action: { type: 'state_paper', codes: [code], place: '村档案柜' } })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    await li.press('看公示文本')
    const refused = li.page.getByRole('list', { name: '办不了的农户' }).getByRole('listitem')
    await refused.waitFor()
    assert.match(words(await refused.innerText()), new RegExp(`${story.names[0]}户 这件事项刚被别人改过，请刷新后再办。2022年5月20日 \\d\\d:\\d\\d，李建业：`))
  }))

test('all are posted on one notice, which tells how each fared', () =>
  as('village.li', async (li) => {
    const { page } = li
    await li.open('/notices/new')
    await li.type('张贴地点', '村委会门口公告栏')
    await li.press('看公示文本')
    for (const name of story.names) await previewText(li).getByText(name).waitFor()
    // By keyboard: the framed text above may take the pointer while it is laid out.
    await li.button(`登记张贴 ${story.names.length} 户的公示`, { exact: true }).press('Enter')
    const results = page.getByRole('status').getByRole('listitem')
    await results.first().waitFor()
    assert.deepEqual((await results.allInnerTexts()).map(words), story.names.map((name) => `✓ 已公示${name}户`))
    await page.getByRole('link', { name: '打开公示，打印并上传照片' }).click()
    await page.waitForURL(/\/notices\/[0-9a-f-]{36}$/)
    await li.settled()
    story.notice = page.url().split('/').pop()
    await li.sees('村委会门口公告栏')
    for (const name of story.names) await li.sees(name)
  }))

test('every household carries that notice, and none is offered twice', () =>
  as('village.li', async (li) => {
    const notice = await li.read(`/notices/${story.notice}`)
    assert.equal(notice.items.length, story.names.length)
    await li.open('/notices/new')
    await li.sees('这个村没有等着公示的农户')
    for (const { casefile_id: id } of notice.items) {
      await li.open(`/casefiles/${id}`)
      assert.equal(await stepState(li, '村内公示'), '已办')
    }
  }))
