/** When it does not go smoothly: an objection, a send-back, a second round, a refusal, the household told, a recheck. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { findCasefile, isOpen, stage, stepState } from '../support/sights.mjs'

const { as } = journey('second-round')
const story = {}

test('the village sees the objection but not who raised it', () =>
  as('village.li', async (li) => {
    const casefile = await findCasefile(li, (one) => isOpen(one, 'answer_objection'))
    story.id = casefile.id
    story.name = casefile.household.head_name
    story.notice = casefile.records.public_notice.notice_id
    await li.open(`/notices/${story.notice}`)
    const objections = li.page.getByRole('region', { name: '异议' })
    await li.sees(/提出人：(匿名|不公开)/, objections)
    assert.equal(await objections.getByRole('button', { name: '答复异议' }).count(), 0, 'the village does not judge it')
    assert.ok(!JSON.stringify(await li.read(`/notices/${story.notice}`)).includes('objector_name":"'))
  }))

test('the township answers the objection and may then review', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.id)
    await acts.todo(wang).getByRole('link', { name: '打开公示' }).click()
    await wang.settled()
    await wang.press('答复异议')
    const dialog = wang.page.getByRole('dialog', { name: `答复对${story.name}户的异议` })
    await wang.choose('异议不成立，继续办理', dialog)
    await wang.type('答复内容', '入户查看并走访邻居：房屋是拆迁安置，收入情况与排查表一致。', dialog)
    await dialog.getByRole('button', { name: '答复异议' }).click()
    await wang.sees('已答复异议')
    await wang.sees('异议不成立')
    await wang.moveClock(2)
    await acts.openCasefile(wang, story.id, 'township_review')
    assert.equal(await acts.todo(wang).locator('.stop').count(), 0)
  }))

test('the township sends it back to the appraisal with what to mend', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.id, 'township_review')
    await acts.sendBack(wang, { to: '村级初选（民主评议）', reason: '会议记录没有写明回避人员，请重新评议。' })
    assert.equal(await stage(wang), '办理中')
    await wang.page.getByRole('tab', { name: '退回记录（1）' }).click()
    await wang.sees('会议记录没有写明回避人员，请重新评议。')
    await wang.sees(/乡级审核退回到「村级初选（民主评议）」/)
  }))

test('the village votes in a second round and posts a second notice', () =>
  as('village.li', async (li) => {
    await acts.openCasefile(li, story.id, 'democratic_appraisal')
    await li.sees(/（第 2 轮）/)
    await acts.recordAppraisal(li, { recused: ['姚守信'] })
    await acts.openCasefile(li, story.id, 'public_notice')
    await acts.postNotice(li)
    assert.equal(await stepState(li, '村内公示'), '已办')
  }))

test('the first notice does not count: the second stands its own five days', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.id, 'township_review')
    await wang.sees(/公示不少于 5 天：5月22日 张贴/, acts.todo(wang))
    await wang.moveClock(6)
    await acts.openCasefile(wang, story.id, 'township_review')
    await acts.approveReview(wang)
  }))

test('the county refuses with a ground and a reason in plain words', () =>
  as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.id, 'county_decision')
    const form = acts.todo(chen)
    await chen.choose('不予认定', form)
    await form.getByRole('combobox', { name: '依据' }).click()
    const forbidden = chen.page.getByRole('option', { name: /只因收入超过监测范围/ })
    assert.match(await forbidden.innerText(), /文件规定不得作为理由/)
    assert.ok(await forbidden.isDisabled(), 'income alone is no ground')
    await chen.page.getByRole('option', { name: '风险已由常规政策解决' }).click()
    await chen.type('理由', '住院费用已经由医保和临时救助解决，目前没有返贫致贫风险。', form)
    // Every dimension is said, not income alone; the household reads it.
    for (const dimension of ['家庭收入支出', '“三保障”', '饮水安全', '返贫致贫风险']) await chen.type(dimension, `${dimension}看过，没有问题`, form)
    await chen.type('审批文件文号', '宜乡振〔2022〕52号', form)
    await acts.submit(chen, '不予认定')
    assert.equal(await stage(chen), '不予纳入')
    await chen.sees('住院费用已经由医保和临时救助解决，目前没有返贫致贫风险。')
    await chen.sees('还没有告知农户。')
    await chen.sees(/12317/)
  }))

test('the household is told, and may ask the township to look again', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.id)
    const form = acts.todo(wang)
    await wang.type('怎样告知的', '入户当面说明并留下书面告知', form)
    await acts.submit(wang, '登记已告知农户')
    await wang.sees(/告知农户：入户当面说明并留下书面告知/)
    await acts.otherAct(wang, '登记再核申请')
    const dialog = wang.page.getByRole('dialog', { name: '登记再核申请' })
    await wang.type('农户申请再核的理由', '出院后又复发，自付费用增加。', dialog)
    await acts.saving(wang, () => dialog.getByRole('button', { name: '登记再核申请', exact: true }).click())
    assert.equal(await stage(wang), '办理中', 'the case runs again')
    assert.equal(await stepState(wang, '入户核实'), '已退回')
    await wang.page.getByRole('tab', { name: '办理经过' }).click()
    await wang.sees('农户申请乡镇复核，重新核实')
  }))
