/** What the procedure forbids, as the person meets it: in words, with the clause, and the same over the API. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as acts from '../support/acts.mjs'
import { journey } from '../support/journey.mjs'
import { moveToPost } from '../support/posts.mjs'
import { clauseChips, findCasefile, isOpen, stage, stepState } from '../support/sights.mjs'

const { as, world } = journey('refusals')
/** What the steps hand on. */
const story = {}

/** The server's refusal under the form, and the clauses it names. */
async function refusal(person, words) {
  const alert = person.page.getByRole('alert').filter({ hasText: '现在还不能办这一步' })
  await alert.getByText(words).first().waitFor()
  return clauseChips(alert)
}
const standing = (person) => acts.todo(person).locator('.stop')
const press = (person, label) => acts.todo(person).locator('form').getByRole('button', { name: label, exact: true }).click()
const fillAnyway = (person) => acts.todo(person).getByRole('button', { name: '先填写，条件齐了再提交' }).click()

test('a cross-check without the letter is refused', () =>
  as('village.li', async (li) => {
    const { id, version, members } = await findCasefile(li, (one) => isOpen(one, 'sign_letter'))
    await acts.openCasefile(li, id, 'commitment_letter')
    assert.equal(await stepState(li, '信息比对'), '未开始')
    assert.equal(await li.button('提请信息比对').count(), 0, 'no button leads there')
    const answer = await li.call('POST', `/casefiles/${id}/actions`, {
      expected_version: version,
      occurred_on: '2022-05-20',
      action: { type: 'request_cross_check', member_ids: [members[0].id], items: ['车辆'] },
    })
    assert.equal(answer.status, 422)
    assert.equal(answer.body.code, 'refused')
    assert.ok(answer.body.refusals.some((one) => one.clause && /承诺授权书/.test(one.message)), JSON.stringify(answer.body.refusals))
  }))

test('a letter with one adult unsigned is refused', () =>
  as('village.li', async (li) => {
    const casefile = await findCasefile(li, (one) => isOpen(one, 'sign_letter') && one.members.filter(({ adult }) => adult).length >= 2)
    const unsigned = casefile.members.filter(({ adult }) => adult).at(-1).name
    await acts.openCasefile(li, casefile.id, 'commitment_letter')
    await acts.fillLetter(li, { without: [unsigned] })
    await press(li, '提交承诺授权书')
    assert.deepEqual(await refusal(li, `还没有签字的成年成员：${unsigned}。`), ['HN22-051'])
    assert.equal(await stepState(li, '签订承诺授权书'), '轮到您')
  }))

test('a cross-check beyond the letter is refused', () =>
  as('village.li', async (li) => {
    const fits = (one) => isOpen(one, 'verify_home') && one.superseded.length === 0 && one.members.some(({ adult }) => !adult)
    const casefile = await findCasefile(li, fits)
    const child = casefile.members.find(({ adult }) => !adult).name
    await acts.openCasefile(li, casefile.id, 'home_verification')
    await acts.verifyHome(li, { verifiers: ['李建业', '孟庆余'] })
    await acts.openCasefile(li, casefile.id, 'commitment_letter')
    await acts.signLetter(li)
    await acts.openCasefile(li, casefile.id, 'cross_check')
    await li.tick(new RegExp(`^${child}`), acts.todo(li).getByRole('group', { name: '比对成员' }))
    await press(li, '提请信息比对')
    assert.deepEqual(await refusal(li, '比对名单超出了承诺授权书的授权范围'), ['HN22-052'])
  }))

test('a second vote in the same round is refused, a new round is not', () =>
  as('village.li', async (li) => {
    const { household, next_round: next } = await findCasefile(li, (one) => isOpen(one, 'record_appraisal') && one.next_round > 1)
    await li.open('/appraisals/new')
    await li.tick(new RegExp(household.head_name), li.page.getByRole('group', { name: '评议农户' }))
    const meet = async (round) => {
      await li.type('会议地点', '村党群服务中心')
      await li.type('主持人', '李建业')
      await li.type('村民代表人数', '9')
      await li.type('会议记录', '逐户介绍情况后举手表决。')
      await li.type('第几轮', String(round))
      await li.type('同意票', '9')
      await li.choose('评议通过')
      await li.press('提交 1 户评议结果')
    }
    await meet(next - 1)
    const alert = li.page.getByRole('alert').filter({ hasText: '现在还不能办这一步' })
    await li.sees(`第 ${next - 1} 轮民主评议已有结果，同一轮不能再投票；退回后要开新一轮（第 ${next} 轮）。`, alert)
    // The documents say that a round has one result in no clause: the page says so instead of naming one.
    await li.sees('文件未规定', alert)
    await meet(next)
    await li.sees('✓ 已记录', li.page.getByRole('status').filter({ hasText: '逐户办理结果' }))
  }))

test('the loser of two saves keeps what was typed and sees what changed', () =>
  as('village.li', async (li) => {
    const { id } = await findCasefile(li, (one) => isOpen(one, 'record_appraisal') && isOpen(one, 'forward_cross_check'))
    await acts.openCasefile(li, id, 'democratic_appraisal')
    await acts.fillAppraisal(li, { against: 2 })
    await as('township.wang', async (wang) => {
      await acts.openCasefile(wang, id, 'cross_check')
      await acts.forwardCrossCheck(wang)
    })
    await press(li, '提交民主评议结果')
    const notice = li.page.getByRole('alert').filter({ hasText: '这次没有记录，您填的内容还在。' })
    await li.sees(/^\d{4}年\d+月\d+日 \d\d:\d\d，王晓舟：乡镇报送信息比对/, notice)
    await notice.getByRole('button', { name: '刷新后再办' }).click()
    await notice.waitFor({ state: 'detached' })
    const form = acts.todo(li)
    assert.equal(await form.getByLabel('会议地点', { exact: true }).inputValue(), '村党群服务中心')
    assert.equal(await form.getByLabel('不同意票', { exact: true }).inputValue(), '2')
    await press(li, '提交民主评议结果')
    await li.sees(/^已记录/)
    assert.equal(await stepState(li, '村级初选（民主评议）'), '已办')
  }))

test('one open objection holds that household, and the other on the same notice goes on', async () => {
  const pair = await as('village.li', async (li) => {
    const ready = []
    await findCasefile(li, (one) => {
      if (isOpen(one, 'post_notice', { ready: true })) ready.push(one)
      return ready.length === 2
    })
    const answer = await li.call('POST', '/notices', {
      village: ready[0].household.village.code,
      posted_on: '2022-05-20',
      place: '村务公开栏',
      items: ready.map(({ id, version }) => ({ casefile_id: id, expected_version: version })),
      evidence_attachment_ids: [],
    })
    assert.ok(answer.status < 300 && answer.body.results.every(({ ok }) => ok), JSON.stringify(answer.body))
    return { notice: answer.body.id ?? answer.body.notice?.id, held: ready[0], free: ready[1] }
  })
  await as('township.wang', async (wang) => {
    const { page } = wang
    await wang.open(`/notices/${pair.notice}`)
    await wang.press('登记异议')
    const dialog = page.getByRole('dialog', { name: '登记异议' })
    await wang.pick('对哪一户有异议', `${pair.held.household.head_name}户`, dialog)
    await wang.type('异议内容', '这户去年盖了新房，收入不低。', dialog)
    await wang.tick('匿名提出', dialog)
    await dialog.getByRole('button', { name: '登记异议' }).click()
    await wang.sees('异议已登记，这一户暂缓上报，其他户不受影响')
    await wang.settled()
    const rows = page.getByRole('region', { name: '公示的农户' }).getByRole('row')
    await wang.sees('有未答复的异议', rows.filter({ hasText: pair.held.household.head_name }))
    await wang.sees('无异议', rows.filter({ hasText: pair.free.household.head_name }))
    await wang.moveClock(6)

    await acts.openCasefile(wang, pair.held.id, 'township_review')
    await wang.sees('对本户有 1 件异议还没有答复，答复后才可以审核。其他户不受影响。', standing(wang))
    assert.deepEqual(await clauseChips(standing(wang)), ['HN22-055'])
    await fillAnyway(wang)
    await acts.fillReview(wang)
    await press(wang, '乡级审核通过，转县级审批')
    assert.deepEqual(await refusal(wang, '对本户有 1 件异议还没有答复'), ['HN22-055'])

    await acts.openCasefile(wang, pair.free.id, 'township_review')
    assert.equal(await standing(wang).count(), 0)
    await acts.approveReview(wang)
    assert.equal(await stepState(wang, '乡级审核'), '已办')
  })
  story.undecided = pair.free.id
})

test('the county cannot decide before the cross-check result', () =>
  as('county.chen', async (chen) => {
    await acts.openCasefile(chen, story.undecided, 'county_decision')
    await chen.sees('信息比对结果还没有反馈，不能办“县级审批”。', standing(chen))
    await fillAnyway(chen)
    await acts.fillDecision(chen, { documentNumber: '宜乡振〔2022〕40号' })
    await press(chen, '认定为监测对象')
    assert.deepEqual(await refusal(chen, '信息比对结果还没有反馈，不能办“县级审批”。'), ['HN22-056'])
    assert.equal(await stage(chen), '办理中')
  }))

test('where a subsistence allowance check is reused, the county may decide', () =>
  as('county.chen', async (chen) => {
    const reused = (one) => one.records.cross_check?.reused && isOpen(one, 'decide', { ready: true })
    const { id } = await findCasefile(chen, reused)
    await acts.openCasefile(chen, id, 'county_decision')
    await acts.decide(chen, { documentNumber: '宜乡振〔2022〕41号' })
    assert.equal(await stage(chen), '已审批')
  }))

test('a step of another level has no button, and the API refuses it', () =>
  as('village.li', async (li) => {
    const { id, version } = await findCasefile(li, (one) => isOpen(one, 'review', { ready: true }))
    await acts.openCasefile(li, id, 'township_review')
    await li.sees('乡镇：', acts.todo(li))
    assert.equal(await acts.todo(li).locator('form').count(), 0)
    const answer = await li.call('POST', `/casefiles/${id}/actions`, {
      expected_version: version,
      occurred_on: '2022-05-26',
      action: { type: 'review', outcome: 'approve', checkers: ['李建业'], opinion: '同意' },
    })
    assert.ok([403, 404, 422].includes(answer.status), `answered ${answer.status}`)
    assert.match(answer.body.detail, /[\u4e00-\u9fff]/)
    const { version: after } = await li.read(`/casefiles/${id}`)
    assert.equal(after, version)
  }))

test('who passed it on at the township cannot decide it at the county', async () => {
  const casefile = await as('township.wang', async (wang) => {
    const ready = await findCasefile(wang, (one) => isOpen(one, 'review', { ready: true }) && one.records.public_notice && one.records.cross_check?.concluded)
    await acts.openCasefile(wang, ready.id, 'township_review')
    await acts.approveReview(wang)
    return ready
  })
  // 王晓舟 is moved from the township to the county.
  await moveToPost(as, 'township.wang', 'county_decider', `${casefile.household.village.code.slice(0, 6)}000000`)
  await as('township.wang', async (wang) => {
    await acts.openCasefile(wang, casefile.id, 'county_decision')
    await acts.fillDecision(wang, { documentNumber: '宜乡振〔2022〕60号' })
    await press(wang, '认定为监测对象')
    const alert = wang.page.getByRole('alert').filter({ hasText: '现在还不能办这一步' })
    await wang.sees('这件事是您自己报上来的，请由另一位同事审核或审批。', alert)
    assert.equal(await stage(wang), '办理中')
  })
  await as('county.chen', async (chen) => {
    await acts.openCasefile(chen, casefile.id, 'county_decision')
    await acts.decide(chen, { documentNumber: '宜乡振〔2022〕60号' })
    assert.equal(await stage(chen), '已审批', 'a colleague may')
  })
})
