/** One household from the first sign of risk to the archive, everybody at their own page. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { clocks, eventTexts, notMonitored, stage, stepState } from '../support/sights.mjs'

const { as } = journey('lead-to-archive')
/** What the steps hand on. */
const story = {}

test('the village registers a lead on a household and opens the identification', () =>
  as('village.li', async (li) => {
    story.household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    const lead = await acts.registerLead(li, {
      household: story.household.code,
      channel: '基层干部排查',
      description: '户主上月住院手术，自付医药费较多，家里停工照料。',
    })
    await li.sees('户主上月住院手术')
    await li.sees('发现日期（期限起算）')
    story.casefile = await acts.openIdentification(li)
    assert.equal(await stage(li), '办理中')
    assert.deepEqual(await clocks(li), [{ label: '线索到县级审批', words: '剩 15 天', used: '已用 0 / 15 天' }])
    assert.equal(await stepState(li, '入户核实'), '轮到您')
    assert.equal(await stepState(li, '信息比对'), '未开始')
    await li.open(`/leads/${lead}`)
    await li.sees('已结 · 进入识别认定')
  }))

test('the village verifies at home and has the letter signed by every adult', () =>
  as('village.li', async (li) => {
    await acts.openCasefile(li, story.casefile, 'home_verification')
    await acts.verifyHome(li, { verifiers: ['李建业', '孟庆余'] })
    assert.equal(await stepState(li, '入户核实'), '已办')
    await li.sees('研判说明')
    await acts.openCasefile(li, story.casefile, 'commitment_letter')
    await acts.signLetter(li)
    assert.equal(await stepState(li, '签订承诺授权书'), '已办')
    await acts.openCasefile(li, story.casefile, 'cross_check')
    await acts.requestCrossCheck(li)
    assert.equal(await stepState(li, '信息比对'), '办理中')
  }))

test('the township sends the names to the county', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'cross_check')
    await acts.forwardCrossCheck(wang)
    assert.match((await eventTexts(wang)).at(-1), /信息比对.*王晓舟/s)
  }))

test('a department answers with one hit, seeing those who signed and nothing else of the case', () =>
  as('liaison.sun', async (sun) => {
    const { page } = sun
    await sun.open('/cross-checks')
    const task = page.getByRole('region', { name: /信息比对$/ }).filter({ hasText: story.household.head_name })
    await task.getByRole('button', { name: '登记本部门反馈' }).click()
    await sun.type('反馈部门', '县交警大队', task)
    await task.getByRole('button', { name: '＋ 加一条疑点' }).click()
    await sun.pick('疑点1内容', '车辆', task)
    await sun.type('疑点1情况', '名下有小型客车一辆', task)
    await task.getByRole('button', { name: '提交比对反馈' }).click()
    await sun.sees(/这一户的反馈已登记/)
    const { status } = await sun.call('GET', `/casefiles/${story.casefile}`)
    assert.ok(status === 403 || status === 404, `the casefile itself answered ${status}`)
  }))

test('the hit is a question: the case goes on, the county sees it', () =>
  as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.casefile, 'cross_check')
    await chen.page.getByRole('tab', { name: '各步记录' }).click()
    await chen.sees(/名下有小型客车一辆/)
    assert.equal(await stage(chen), '办理中')
  }))

test('the village explains the hit, the county concludes', async () => {
  await as('village.li', async (li) => {
    await acts.openCasefile(li, story.casefile, 'cross_check')
    await acts.resolveDiscrepancy(li, { explanation: '车是侄子借名登记，已出具书面说明。' })
  })
  await as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.casefile, 'cross_check')
    await acts.concludeCrossCheck(chen)
    assert.equal(await stepState(chen, '信息比对'), '已办')
  })
})

test('the village holds the appraisal and posts the notice', () =>
  as('village.li', async (li) => {
    await acts.openCasefile(li, story.casefile, 'democratic_appraisal')
    await acts.recordAppraisal(li, { recused: ['赵来福'], against: 1 })
    assert.equal(await stepState(li, '村级初选（民主评议）'), '已办')
    await acts.openCasefile(li, story.casefile, 'public_notice')
    await acts.postNotice(li)
    await li.sees('5月26日')
  }))

test('the township is refused before the notice has stood, and told from which day on', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'township_review')
    const todo = acts.todo(wang)
    await wang.sees('还不能办，因为', todo)
    await wang.sees('公示不少于 5 天：5月20日 张贴（当天不算），公示到 5月25日，5月26日 起才可以审核。', todo)
    await wang.sees('最早 2022年5月26日 可以办', todo)
    assert.ok(await todo.getByRole('button', { name: /HN22-054/ }).first().isVisible())
    // Trying all the same is refused by the server in the same words.
    await todo.getByRole('button', { name: '先填写，条件齐了再提交' }).click()
    await acts.fillReview(wang)
    await todo.getByRole('button', { name: '乡级审核通过，转县级审批' }).click()
    const refusal = todo.getByRole('alert').filter({ hasText: '现在还不能办这一步' })
    await refusal.getByText('5月26日 起才可以审核').waitFor()
    assert.ok(await refusal.getByRole('button', { name: /HN22-054/ }).isVisible())
    assert.equal(await stepState(wang, '乡级审核'), '轮到您')
  }))

test('five days later the township passes it to the county', () =>
  as('township.wang', async (wang) => {
    await wang.moveClock(5)
    await acts.openCasefile(wang, story.casefile, 'township_review')
    await wang.sees('还不能办，因为', acts.todo(wang))
    await wang.moveClock(1)
    await wang.sees('2022年5月26日')
    assert.equal(await acts.todo(wang).getByText('还不能办，因为').count(), 0)
    await acts.approveReview(wang)
    assert.equal(await stepState(wang, '乡级审核'), '已办')
    assert.deepEqual((await clocks(wang))[0], { label: '线索到县级审批', words: '剩 9 天', used: '已用 6 / 15 天' })
  }))

test('the county decides by name, with document number and date', () =>
  as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.casefile, 'county_decision')
    await acts.decide(chen, { documentNumber: '宜乡振〔2022〕31号' })
    assert.equal(await stage(chen), '已审批')
    assert.match((await clocks(chen))[0].words, /^用时 6 天办结/)
    await chen.page.getByRole('tab', { name: '各步记录' }).click()
    await chen.sees(/宜乡振〔2022〕31号/)
  }))

test('the township acknowledges, announces and archives', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile)
    await acts.acknowledgeDecision(wang)
    await acts.openCasefile(wang, story.casefile, 'announcement')
    await acts.announce(wang)
    await acts.openCasefile(wang, story.casefile, 'archive')
    await acts.archive(wang, { reviewer: '陶立春' })
    assert.equal(await stage(wang), '已归档')
    await wang.sees('这件事项已经办完，没有待办的步骤。')
    const acted = await eventTexts(wang)
    const order = ['立案', '入户核实', '签订承诺授权书', '村级提请信息比对', '民主评议', '张贴公示', '乡级审核通过', '县级审批同意', '张贴公告', '录入系统并归档']
    const firsts = order.map((label) => acted.findIndex((text) => text.includes(label)))
    assert.deepEqual(firsts, [...firsts].sort((left, right) => left - right), `out of order: ${acted.join(' / ')}`)
    for (const name of ['李建业', '王晓舟', '陈卓然']) assert.ok(acted.some((text) => text.includes(name)), `${name} is not in the timeline`)
  }))

test('the household file shows the monitored episode', () =>
  as('village.li', async (li) => {
    await li.open(`/households/${story.household.id}?tab=monitoring`)
    const episodes = li.page.getByRole('region', { name: '监测轮次' })
    await li.sees('监测中', episodes)
    await li.sees(/2022年5月26日识别/, episodes)
    await li.sees('因病', episodes)
    const row = li.page.getByRole('region', { name: '识别认定事项' })
    await li.sees('已归档', row)
  }))
