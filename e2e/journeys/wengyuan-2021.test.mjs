/** The Wengyuan plan of 2021: statement and authorisation, appraisal and notice, township check, township government, county, entry, project plan. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { fillFigure, holdsFrom, saveDraft } from '../support/lines.mjs'
import { clocks, notMonitored, stage, stepState } from '../support/sights.mjs'

const { as } = journey('wengyuan-2021', { scene: 'wengyuan-2021' })
const story = {}
const act = (person, action) => person.call('POST', `/casefiles/${story.casefile}/actions`, { expected_version: story.version, occurred_on: '2021-09-01', action })
const guards = (answer) => (answer.body.refusals ?? []).map((one) => `${one.guard} ${one.clause ?? ''}`.trim())
const fresh = async (person) => {
  story.version = (await person.read(`/casefiles/${story.casefile}`)).version
}

test('eight townships and one hundred and seventy-four villages stand on their real codes', () =>
  as('county.chen', async (chen) => {
    const townships = await chen.read('/divisions?parent=440229000000')
    assert.equal(townships.length, 8)
    const villages = await Promise.all(townships.map(({ code }) => chen.read(`/divisions?parent=${code}`)))
    assert.equal(villages.flat().length, 174)
  }))

test('both statements are needed, one signature is enough, no clock runs', () =>
  as('village.li', async (li) => {
    story.household = await notMonitored(li, ({ member_count: count }) => count >= 3)
    await acts.registerLead(li, { household: story.household.code, channel: '入户走访', description: '家里老人生病，收入减少。' })
    story.casefile = await acts.openIdentification(li)
    await fresh(li)
    assert.deepEqual(await clocks(li), [])
    await li.sees('文件未规定：办理天数、信息比对。')
    const [first] = (await li.read(`/casefiles/${story.casefile}`)).members.filter(({ adult }) => adult)
    const half = await act(li, {
      type: 'sign_letter',
      truthfulness: true,
      query_authorisation: false,
      signatures: [{ member_id: first.id, mode: 'signature', signer_name: first.name }],
    })
    assert.deepEqual([half.status, ...guards(half)], [422, 'both_statements WY21-046'])
    await acts.openCasefile(li, story.casefile, 'commitment_letter')
    const others = (await li.read(`/casefiles/${story.casefile}`)).members.filter(({ adult, id }) => adult && id !== first.id)
    await acts.signLetter(li, { without: others.map(({ name }) => name) })
    assert.equal(await stepState(li, '承诺和授权'), '已办')
  }))

test('the village appraises and posts; how long is not stated', () =>
  as('village.li', async (li) => {
    await acts.openCasefile(li, story.casefile, 'democratic_appraisal')
    await acts.recordAppraisal(li)
    await acts.openCasefile(li, story.casefile, 'public_notice')
    await acts.postNotice(li)
    assert.equal(await stepState(li, '村级公示'), '已办')
    await li.sees(/公示天数：文件未规定/)
  }))

test('the township checks the household on the same day, then its government submits', () =>
  as('township.wang', async (wang) => {
    await fresh(wang)
    const blind = await act(wang, { type: 'review', outcome: 'approve', checkers: ['王晓舟'], opinion: '属实' })
    assert.deepEqual([blind.status, ...guards(blind)], [422, 'situation_assessed WY21-047'])
    await acts.openCasefile(wang, story.casefile, 'township_review')
    await acts.fillReview(wang)
    await acts.fillFindings(wang, { income: '9600', risk: '因病', situation: '四口之家，一名老人长期吃药。' })
    await acts.submit(wang, '镇级核查通过，转镇级人民政府上报')
    await fresh(wang)
    const nameless = await act(wang, { type: 'submit_to_county', government: '', document_number: '', signatory: '' })
    assert.equal(nameless.status, 422)
    assert.ok(guards(nameless).includes('submitted_by_government WY21-047'), guards(nameless).join())
    await acts.openCasefile(wang, story.casefile, 'township_submission')
    await wang.type('上报文件文号', '龙府报〔2021〕9号', acts.todo(wang))
    await wang.type('签发人', '王晓舟', acts.todo(wang))
    await acts.submit(wang, '以镇级人民政府名义上报')
    assert.equal(await stepState(wang, '镇级人民政府上报'), '已办')
  }))

test('the county determines without any comparison, for the text orders none', () =>
  as('county.chen', async (chen) => {
    await fresh(chen)
    const compared = await act(chen, { type: 'request_cross_check', member_ids: [], items: ['车辆'] })
    assert.equal(compared.status, 422)
    await acts.openCasefile(chen, story.casefile, 'county_decision')
    await acts.decide(chen, { documentNumber: '翁乡振〔2021〕30号' })
    await chen.sees(/边缘易致贫户/)
  }))

test('only the township enters; the case ends with the project plan', async () => {
  await as('village.li', async (li) => {
    await fresh(li)
    const village = await act(li, {
      type: 'archive',
      entry_on: '2021-09-01',
    })
    assert.equal(village.status, 422)
    assert.ok(guards(village).includes('acting_level WY21-048'), guards(village).join())
  })
  await as('township.wang', async (wang) => {
    await acts.openCasefile(wang, story.casefile, 'archive')
    await acts.archive(wang, { reviewer: '陶立春' })
    assert.equal(await stage(wang), '已审核认定')
    await acts.openCasefile(wang, story.casefile, 'project_plan')
    await wang.type('帮扶项目规划', '发展蚕桑并介绍到公益性岗位。', acts.todo(wang))
    await wang.type('项目主管部门', '县农业农村局', acts.todo(wang))
    await acts.submit(wang, '登记帮扶项目规划')
    assert.equal(await stage(wang), '已归档')
  })
})

test('next year\'s line: half as much again as class 4; how it is rounded a person chooses, with a reason', () =>
  as('policy.feng', async (feng) => {
    const { page } = feng
    const panel = page.getByRole('complementary', { name: '测算' })
    await feng.open('/monitoring-lines/new?year=2022&jurisdiction=440229000000')
    await holdsFrom(feng, '2022-01-01')
    await fillFigure(feng, 3, { value: '6552', source: '省公布的标准（编）', area: '三类地区' })
    await feng.sees(/四类地区/, panel.getByRole('list').last())
    await fillFigure(feng, 3, { value: '6552', source: '省公布的标准（编）', area: '四类地区' })
    // The text says 取整数 and not to what: the page asks, and answers what each choice comes to.
    const ways = panel.getByRole('list', { name: '测算结果' })
    await feng.sees('请写明为什么这样取整；它作为惯例留存', panel)
    const rounded = async (unit, direction, amount) => {
      await page.getByRole('radio', { name: unit, exact: true }).check({ force: true })
      await page.getByRole('radio', { name: direction, exact: true }).check({ force: true })
      await feng.sees(`${amount} 元`, ways)
    }
    await rounded('元', '四舍五入', '9,828')
    await rounded('百元', '进一', '9,900')
    await rounded('百元', '舍去', '9,800')
    await feng.type('为什么这样取整（文件没有写，作为惯例留存）', '2021 年取到百元，照此办理')
    await feng.type('金额（元，每人每年）', '9828')
    await feng.sees(/按文件的算法应为 9800 元/, panel)
    await saveDraft(feng, '9800', '上一年四类地区低保标准的一点五倍，取到百元。')
    await feng.sees('取整：2021 年取到百元，照此办理（文件未规定，作为惯例留存）')
  }))
