/** Henan's work points of 2025: no line, no procedure, no days of their own; the plan of 2022 is followed by practice and said so. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { clocks, notMonitored, stage, stepState } from '../support/sights.mjs'

const { as } = journey('yiyang-2025', { scene: 'yiyang-2025' })
const story = {}

test('the case says that its procedure is followed by practice, and that the line is not stated', () =>
  as('village.li', async (li) => {
    story.household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await acts.registerLead(li, { household: story.household.code, channel: '基层干部排查', description: '户主务工收入减少，孩子上大学。' })
    story.casefile = await acts.openIdentification(li)
    await li.sees(/没有规定识别程序，按惯例沿用/)
    assert.equal((await clocks(li))[0].words, '剩 15 天')
    await acts.openCasefile(li, story.casefile, 'home_verification')
    await acts.verifyHome(li, { verifiers: ['李建业', '孟庆余'] })
    await li.page.getByRole('tab', { name: '研判说明' }).click()
    await li.sees('文件未规定', li.page.getByRole('tabpanel', { name: '研判说明' }))
    await acts.openCasefile(li, story.casefile, 'commitment_letter')
    await acts.signLetter(li)
    await acts.openCasefile(li, story.casefile, 'cross_check')
    await acts.requestCrossCheck(li)
    await acts.openCasefile(li, story.casefile, 'democratic_appraisal')
    await acts.recordAppraisal(li)
    await acts.openCasefile(li, story.casefile, 'public_notice')
    await acts.postNotice(li)
  }))

test('the guards of the plan followed hold: the notice stands five days', async () => {
  await as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'cross_check')
    await acts.forwardCrossCheck(wang)
    const { version } = await wang.read(`/casefiles/${story.casefile}`)
    const early = await wang.call('POST', `/casefiles/${story.casefile}/actions`, {
      expected_version: version,
      occurred_on: '2025-05-20',
      action: { type: 'review', outcome: 'approve', checkers: ['王晓舟'], opinion: '属实' },
    })
    assert.equal(early.status, 422)
    assert.ok(early.body.refusals.some(({ guard, clause }) => guard === 'notice_stood' && clause === 'HN22-054'))
  })
  await as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.casefile, 'cross_check')
    await acts.answerCrossCheck(chen, { department: '县民政局' })
    await acts.concludeCrossCheck(chen)
    await chen.moveClock(6)
  })
  await as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'township_review')
    await acts.approveReview(wang)
  })
})

test('a person chooses the category, for no rule can without a line', () =>
  as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.casefile, 'county_decision')
    await acts.fillDecision(chen, { documentNumber: '宜农〔2025〕11号' })
    await chen.choose(/边缘易致贫户/, acts.todo(chen))
    await acts.submit(chen, '认定为监测对象')
    assert.equal(await stepState(chen, '县级审批'), '已办')
  }))

test('the township announces and files', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'county_decision')
    await acts.acknowledgeDecision(wang)
    await acts.openCasefile(wang, story.casefile, 'announcement')
    await acts.announce(wang)
    await acts.openCasefile(wang, story.casefile, 'archive')
    await acts.archive(wang, { reviewer: '陶立春' })
    assert.equal(await stage(wang), '已归档')
  }))
