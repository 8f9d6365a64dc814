/** Lists: the village sends, the township answers many at once, the county answers and tells, the township acknowledges. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../support/journey.mjs'

const { as } = journey('lists')
const story = {}
const households = (person) => person.page.getByRole('region', { name: '名单上的农户' })
const bar = (person) => person.page.getByRole('region', { name: '批量答复' })
const line = (person, name) => households(person).getByRole('row').filter({ hasText: name })

/** Presses and waits until the server has answered every portion and the list is shown anew. */
async function saved(person, work) {
  const answered = person.page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().includes('/submission-lists'))
  await work()
  const answer = await answered
  assert.ok(answer.ok(), `not saved: ${await answer.text()}`)
  await person.settled()
}

async function receive(person, word = '接收名单') {
  await person.press(word)
  const dialog = person.page.getByRole('dialog')
  await saved(person, () => dialog.getByRole('button', { name: /^(接收名单|签收（)/ }).click())
}

test('the village sends its list; who is left out is left out with a reason', () =>
  as('village.li', async (li) => {
    const [due] = await li.read('/submission-lists/drawable')
    story.left = due.candidates.at(-1).head_name
    story.ready = due.candidates.filter((one) => one.refusals.length === 0).map((one) => one.head_name)
    // An objection that was upheld leaves nothing but to send the household back.
    for (const one of due.candidates) {
      const { todo } = await li.read(`/casefiles/${one.casefile_id}`)
      if (todo.some(({ verb }) => verb.startsWith('异议属实'))) story.upheld = one.head_name
    }
    assert.ok(story.upheld, 'the demo has an upheld objection')
    story.held = due.candidates.filter((one) => one.refusals.length > 0).map((one) => one.head_name).filter((name) => name !== story.left)
    await li.open('/workbench')
    await li.page.getByText(/有 \d+ 户可以报送初选监测对象名单/).first().click()
    await li.settled()
    await li.page.getByRole('link', { name: /^拟定名单（/ }).click()
    await li.settled()
    await li.page.getByRole('checkbox', { name: `列入${story.left}` }).uncheck({ force: true })
    const submit = li.page.getByRole('button', { name: `报送柳泉镇（${due.candidates.length - 1} 户）` })
    await submit.click()
    await li.sees('还有 1 户没有列入，也没有写明原因。')
    await li.page.getByRole('textbox', { name: `不列入${story.left}的原因` }).fill('户主外出务工，下次再报')
    await saved(li, () => submit.click())
    await li.page.waitForURL(/\/submission-lists\/[0-9a-f-]{36}$/)
    story.list = li.page.url().split('/').pop()
    await li.sees('待接收')
    await li.sees('报送内容没有改动过')
    await li.sees(`${story.left}：户主外出务工，下次再报`)
    assert.equal(await li.button('撤回', { exact: true }).count(), 1)
  }))

test('the township takes it in from the workbench and answers many at once', () =>
  as('township.wang', async (wang) => {
    await wang.open('/workbench')
    await wang.page.getByRole('link', { name: '接收名单 ›' }).first().click()
    await wang.settled()
    await receive(wang)
    await wang.sees('办理中')
    // What cannot be answered yet says why and stays.
    await wang.sees(/公示不少于 5 天/, line(wang, story.held[0]))
    await wang.page.getByRole('button', { name: `选中现在能答复的 ${story.ready.length} 户` }).click()
    await wang.choose('通过，转县级审批', bar(wang))
    await wang.type('核查人1', '王晓舟', bar(wang))
    await saved(wang, () => bar(wang).getByRole('button', { name: `答复 ${story.ready.length} 户` }).click())
    story.approved = story.ready.filter((name) => name !== story.upheld)
    for (const name of story.approved) await wang.sees('✓ 同意', line(wang, name))
    // The one with the upheld objection was refused, stays chosen, and is sent back.
    await wang.sees(/对本户的异议已经查实/, line(wang, story.upheld))
    await wang.choose('退回重办', bar(wang))
    await wang.pick('退回到', '村级初选（民主评议）', bar(wang))
    await wang.type('退回原因和要补的内容', '会议记录没有写明回避人员，请重新评议。', bar(wang))
    await saved(wang, () => bar(wang).getByRole('button', { name: '答复 1 户' }).click())
    await wang.sees('↩ 退回', line(wang, story.upheld))
    await wang.sees('会议记录没有写明回避人员，请重新评议。', line(wang, story.upheld))
    // Tried before its notice has stood: refused, and still on the list.
    await wang.page.getByRole('checkbox', { name: `选中${story.held[0]}` }).check({ force: true })
    await wang.choose('通过，转县级审批', bar(wang))
    await saved(wang, () => bar(wang).getByRole('button', { name: '答复 1 户' }).click())
    await wang.sees(/1 户没有记录，原因写在各户下面/)
    await wang.sees('待答复', line(wang, story.held[0]))
  }))

test('the village sees every answer with its reason', () =>
  as('village.li', async (li) => {
    await li.open(`/submission-lists/${story.list}`)
    await li.sees('会议记录没有写明回避人员，请重新评议。', line(li, story.upheld))
    assert.equal(await bar(li).count(), 0, 'the village does not answer its own list')
    assert.equal(await li.button('撤回', { exact: true }).count(), 0, 'what was received is not withdrawn')
  }))

test('the township sends its list up, the county decides and tells, the township acknowledges', async () => {
  await as('township.wang', async (wang) => {
    await wang.open('/submission-lists?folder=draw_up')
    await wang.page.getByRole('link', { name: /^拟定名单（/ }).click()
    await wang.settled()
    await saved(wang, () => wang.page.getByRole('button', { name: /^报送宜阳县（/ }).click())
    await wang.page.waitForURL(/\/submission-lists\/[0-9a-f-]{36}$/)
    story.up = wang.page.url().split('/').pop()
  })
  await as('county.chen', async (chen) => {
    await chen.open(`/submission-lists/${story.up}`)
    await receive(chen)
    const { rows } = await chen.read(`/submission-lists/${story.up}`)
    story.decided = rows.filter((row) => row.ready).map((row) => row.head_name)
    await chen.page.getByRole('button', { name: `选中现在能答复的 ${story.decided.length} 户` }).click()
    await chen.choose('同意认定', bar(chen))
    await chen.type('文号', '宜乡振〔2022〕61号', bar(chen))
    await chen.type('签发人', '陈卓然', bar(chen))
    await saved(chen, () => bar(chen).getByRole('button', { name: `答复 ${story.decided.length} 户` }).click())
    for (const name of story.decided) await chen.sees('✓ 同意', line(chen, name))
    await chen.open('/submission-lists?folder=draw_up')
    const kind = chen.page.getByRole('listitem').filter({ hasText: '柳泉镇审批结果名单' })
    await kind.getByRole('link', { name: /^拟定名单（/ }).click()
    await chen.settled()
    await saved(chen, () => chen.page.getByRole('button', { name: /^报送柳泉镇（/ }).click())
    await chen.page.waitForURL(/\/submission-lists\/[0-9a-f-]{36}$/)
    story.down = chen.page.url().split('/').pop()
    await chen.sees('待签收')
  })
  await as('township.wang', async (wang) => {
    await wang.open(`/submission-lists/${story.down}`)
    await receive(wang, '签收名单')
    await wang.page.locator('.page-header').getByText('已签收', { exact: true }).waitFor()
    for (const name of story.decided) await wang.sees('✓ 已签收', line(wang, name))
  })
})

test('the list leaves as Word and on paper, exactly as it was sent', () =>
  as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open(`/submission-lists/${story.list}`)
    const papers = page.getByRole('region', { name: '文书' })
    const started = page.waitForEvent('download')
    await papers.getByRole('link', { name: '下载初选监测对象名单 Word' }).click()
    assert.match((await started).suggestedFilename(), /^报送名单-\d{8}\.docx$/)
    const opened = page.waitForEvent('popup')
    await papers.getByRole('link', { name: '打印初选监测对象名单' }).click()
    const print = await opened
    for (const name of [...story.ready, ...story.held]) await print.getByRole('cell', { name, exact: true }).waitFor()
    const text = await print.locator('body').innerText()
    assert.ok(!text.includes(story.left), 'who was left out is not on it')
    assert.match(text, /柳泉镇人民政府：/)
    assert.match(text, /内容摘要（SM3）：[0-9a-f]{64}/)
    await print.close()
  }))
