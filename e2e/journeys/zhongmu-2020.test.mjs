/** The Henan opinion of 2020 with Zhengzhou's layer: meeting, township check, county comparison and determination, written notice, entry. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { clocks, notMonitored, stage, stepState } from '../support/sights.mjs'

const { as } = journey('zhongmu-2020', { scene: 'zhongmu-2020' })
const story = {}
const act = (person, action, extra = {}) =>
  person.call('POST', `/casefiles/${story.casefile}/actions`, { expected_version: story.version, occurred_on: '2020-04-28', action, ...extra })
const guards = (answer) => (answer.body.refusals ?? []).map((one) => `${one.guard} ${one.clause ?? ''}`.trim())

test('the procedure begins with the meeting: no home visit form, no letter, a date instead of days', () =>
  as('village.li', async (li) => {
    story.household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await acts.registerLead(li, { household: story.household.code, channel: '乡村干部走访排查', description: '户主因病停工，自付医药费高于上年收入。' })
    story.casefile = await acts.openIdentification(li)
    story.version = (await li.read(`/casefiles/${story.casefile}`)).version
    const [clock, ...others] = await clocks(li)
    assert.equal(others.length, 0)
    assert.equal(clock.label, '全面摸排、纳入录入')
    assert.match(clock.words, /^截止 2020年5月10日，还有 \d+ 天$/)
    assert.equal(clock.used, '')
    await li.sees('文件未规定：办理天数、公示、承诺授权。')
    assert.equal(await stepState(li, '村级初选（民主评议）'), '轮到您')
    assert.equal(await li.page.getByText('签订承诺授权书').count(), 0)
  }))

test('the meeting is called by all three and judges the household as a whole', () =>
  as('village.li', async (li) => {
    await acts.openCasefile(li, story.casefile, 'democratic_appraisal')
    await acts.fillAppraisal(li)
    await acts.fillFindings(li, { income: '5999.99', previous: '21000', rigid: '30000', exceeds: '刚性支出明显超过上年度收入', situation: '三口之家，户主住院，两个孩子上学。' })
    await li.tick('村“两委”', acts.todo(li))
    await acts.todo(li).getByRole('button', { name: '提交民主评议结果', exact: true }).click()
    await li.sees(/组织者还缺：驻村工作队、脱贫责任组/)
    for (const convener of ['驻村工作队', '脱贫责任组']) await li.tick(convener, acts.todo(li).getByRole('group', { name: '由谁组织召开' }))
    await acts.submit(li, '提交民主评议结果')
    assert.equal(await stepState(li, '村级初选（民主评议）'), '已办')
    await li.sees('边缘户')
  }))

test('the township reviews at once, with no notice to wait for, and the checkers sign', () =>
  as('township.wang', async (wang) => {
    story.version = (await wang.read(`/casefiles/${story.casefile}`)).version
    const unsigned = await act(wang, { type: 'review', outcome: 'approve', checkers: [''], opinion: '属实' })
    assert.equal(unsigned.status, 422)
    assert.deepEqual(guards(unsigned), ['checker_signs HN20-036'])
    await acts.openCasefile(wang, story.casefile, 'township_review')
    await acts.approveReview(wang)
    assert.equal(await stepState(wang, '乡镇审核'), '已办')
  }))

test('the county compares by itself, determines and tells the township in writing', () =>
  as('county.chen', async (chen) => {
    story.version = (await chen.read(`/casefiles/${story.casefile}`)).version
    const early = await act(chen, { type: 'decide', outcome: 'approve', category: 'marginal_2020', document_number: '牟扶〔2020〕1号', signed_on: '2020-04-28', signatory: '陈卓然', opinion: '同意' })
    assert.equal(early.status, 422)
    assert.ok(guards(early).includes('cross_check_concluded HN20-037'), guards(early).join())
    await acts.openCasefile(chen, story.casefile, 'cross_check')
    await acts.submit(chen, '开展县级信息比对')
    // No township passes it on: the departments find it at once (HN20-037).
    assert.deepEqual((await chen.read('/cross-checks')).map((task) => task.casefile_id), [story.casefile])
    await acts.answerCrossCheck(chen, { department: '县民政局' })
    await acts.concludeCrossCheck(chen)
    await acts.openCasefile(chen, story.casefile, 'county_decision')
    await acts.decide(chen, { documentNumber: '牟扶〔2020〕1号' })
    await chen.sees(/边缘户/)
    await acts.openCasefile(chen, story.casefile, 'written_notice')
    await chen.type('书面通知文号', '牟扶函〔2020〕2号', acts.todo(chen))
    await acts.submit(chen, '登记书面通知')
    assert.equal(await stepState(chen, '书面通知乡镇'), '已办')
  }))

test('the township acknowledges and enters; the case is filed', () =>
  as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'written_notice')
    await acts.acknowledgeDecision(wang)
    await acts.openCasefile(wang, story.casefile, 'archive')
    await acts.archive(wang, { reviewer: '陶立春' })
    assert.equal(await stage(wang), '已归档')
  }))

test('a whole list goes down with a written notice; the township prints it and signs for it', async () => {
  const next = {}
  await as('village.li', async (li) => {
    const household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await acts.registerLead(li, { household: household.code, channel: '乡村干部走访排查', description: '家里两人住院，债务较多。' })
    next.casefile = await acts.openIdentification(li)
    next.name = household.head_name
    await acts.openCasefile(li, next.casefile, 'democratic_appraisal')
    await acts.fillAppraisal(li)
    await acts.fillFindings(li, { income: '5200', previous: '21000', rigid: '30000', exceeds: '刚性支出明显超过上年度收入', situation: '四口之家，两人住院。' })
    for (const convener of ['村“两委”', '驻村工作队', '脱贫责任组']) await li.tick(convener, acts.todo(li).getByRole('group', { name: '由谁组织召开' }))
    await acts.submit(li, '提交民主评议结果')
  })
  await as('township.wang', async (wang) => {
    await acts.openCasefile(wang, next.casefile, 'township_review')
    await acts.approveReview(wang)
  })
  await as('county.chen', async (chen) => {
    const { page } = chen
    await acts.openCasefile(chen, next.casefile, 'cross_check')
    await acts.submit(chen, '开展县级信息比对')
    await acts.answerCrossCheck(chen, { department: '县民政局' })
    await acts.concludeCrossCheck(chen)
    await acts.openCasefile(chen, next.casefile, 'county_decision')
    await acts.decide(chen, { documentNumber: '牟扶〔2020〕3号' })
    await chen.open('/submission-lists?folder=draw_up')
    await page.getByRole('listitem').filter({ hasText: '监测对象最终名单' }).getByRole('link', { name: /^拟定名单（/ }).click()
    await chen.settled()
    await chen.type('书面通知文号', '牟扶函〔2020〕5号')
    await chen.type('签发人', '陈卓然')
    await page.getByRole('button', { name: /^书面通知狼城岗镇（1 户）$/ }).click()
    await page.waitForURL(/\/submission-lists\/[0-9a-f-]{36}$/)
    next.list = page.url().split('/').pop()
    await chen.sees('待签收')
    assert.equal(await chen.button('撤回', { exact: true }).count(), 0, 'a notice that went out stays out')
  })
  await as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open('/workbench')
    await page.getByRole('link', { name: '签收书面通知 ›' }).click()
    await wang.settled()
    const opened = page.waitForEvent('popup')
    await page.getByRole('region', { name: '文书' }).getByRole('link', { name: '打印监测对象最终名单书面通知' }).click()
    const print = await opened
    await print.getByRole('cell', { name: next.name, exact: true }).waitFor()
    const text = await print.locator('body').innerText()
    for (const words of ['牟扶函〔2020〕5号', '关于狼城岗镇监测对象最终名单的通知', '狼城岗镇人民政府：', '确定你乡镇以下1户']) assert.ok(text.includes(words), words)
    await print.close()
    await wang.press('签收书面通知')
    await page.getByRole('dialog').getByRole('button', { name: '签收（1 户）' }).click()
    await page.locator('.page-header').getByText('已签收', { exact: true }).waitFor()
  })
})
