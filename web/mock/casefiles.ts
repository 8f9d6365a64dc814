/** A little state machine over invented casefiles: enough to walk the pages, not the law. */
import type { Casefile, CasefileRow, CasefileStage, ClockStatus, Level, Refusal, StepKind, StepView } from '../src/api/types'
import { accounts, villageRef } from './people'
import { kept, state } from './state'

const path = '河南省/洛阳市/宜阳县/香鹿山镇/上河村'
export const addDays = (date: string, days: number) => {
  const moment = new Date(`${date}T00:00:00Z`)
  moment.setUTCDate(moment.getUTCDate() + days)
  return moment.toISOString().slice(0, 10)
}
const between = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

type Setup = [kind: StepKind, label: string, level: Level, clause: string, action: string, operation: string, evidence: string[], day?: number]
const setup: Setup[] = [
  ['home_verification', '入户核实', 'village', 'HN22-050', 'verify_home', 'casefile.verify_home', ['investigation_form:防止返贫动态监测排查表:1', 'home_photo:入户照片'], 2],
  ['commitment_letter', '签订承诺授权书', 'village', 'HN22-051', 'sign_letter', 'casefile.sign_letter', ['commitment_letter:承诺授权书签字件:1'], 2],
  ['cross_check', '信息比对', 'county', 'HN22-052', 'request_cross_check', 'casefile.cross_check_village', ['cross_check_result:比对结果反馈:1'], 7],
  ['democratic_appraisal', '村级初选（民主评议）', 'village', 'HN22-053', 'record_appraisal', 'casefile.appraise', ['appraisal_minutes:民主评议会议记录:1', 'appraisal_photo:会议照片'], 8],
  ['public_notice', '村内公示', 'village', 'HN22-054', 'post_notice', 'casefile.post_notice', ['notice_text:公示文本:1', 'notice_photo:张贴照片'], 9],
  ['township_review', '乡级审核', 'township', 'HN22-055', 'review', 'casefile.review', ['proposed_list:拟纳入监测对象名单:1'], 15],
  ['county_decision', '县级审批', 'county', 'HN22-056', 'decide', 'casefile.decide', ['decision_document:审批文件:1'], 15],
  ['announcement', '结果公告', 'township', 'HN22-057', 'announce', 'casefile.announce', ['announcement_text:公告文本（乡镇名义）:1']],
  ['archive', '录入建档', 'township', 'HN22-058', 'archive', 'casefile.archive', ['national_entry:全国系统录入:1', 'investigation_form:排查表:1', 'commitment_letter:承诺授权书:1']],
]
const levelLabels: Partial<Record<Level, string>> = { village: '村级', township: '乡镇', county: '县级' }
const sequence = setup.map(([kind]) => kind).filter((kind) => kind !== 'cross_check')
export const verbs: Record<string, string> = { home_verification: '去入户核实', commitment_letter: '到户签承诺授权书', cross_check: '办信息比对', democratic_appraisal: '召开民主评议', public_notice: '在村内公示', township_review: '乡镇审核', county_decision: '县级审批', announcement: '在村里公告', archive: '录入系统并归档' }
const people: Partial<Record<Level, string>> = { village: '乔麦丰', township: '柳守川', county: '邵望秋' }

export interface Stored {
  id: string
  version: number
  head: string
  lead_on: string
  members: Casefile['members']
  records: Record<string, any>
  stage: CasefileStage
  superseded: Casefile['superseded']
  timeline: Casefile['timeline']
  attachments: Casefile['attachments']
  check: 'none' | 'requested' | 'forwarded' | 'answered' | 'done'
  overdue_reason?: string
  stage_detail?: Casefile['stage_detail']
}

const invented: [id: string, head: string, lead_on: string, done: number, check: Stored['check']][] = [
  ['c-1001', '麦长青', '2022-05-16', 0, 'none'],
  ['c-1002', '禾满仓', '2022-05-12', 2, 'requested'],
  ['c-1003', '谷雨生', '2022-05-09', 3, 'forwarded'],
  ['c-1004', '竺有田', '2022-05-06', 4, 'answered'],
  ['c-1005', '粟秋实', '2022-05-04', 5, 'done'],
  ['c-1006', '庄念禾', '2022-05-01', 6, 'done'],
  ['c-1007', '桑梓远', '2022-04-20', 7, 'done'],
]

function make(id: string, head: string, lead_on: string, doneSteps: number, check: Stored['check']): Stored {
  const members = [
    { id: `${id}-m1`, name: head, relation_label: '户主', age: 57, adult: true },
    { id: `${id}-m2`, name: `${head[0]}秀兰`.replace(head[0]!, '苗'), relation_label: '配偶', age: 55, adult: true },
    { id: `${id}-m3`, name: `${head[0]}小满`, relation_label: '之子', age: 16, adult: false },
  ]
  const stored: Stored = { id, version: 1, head, lead_on, members, records: {}, stage: 'running', superseded: [], timeline: [], attachments: [], check }
  push(stored, 'opened', '立项', '线索核实后进入识别认定', addDays(lead_on, 1), '乔麦丰')
  const demo: Record<string, object> = {
    home_verification: {
      verifiers: ['乔麦丰', '田网格'],
      income: { wage_fen: 1860000, operating_fen: 540000, property_fen: 60000, transfer_fen: 312000, operating_expense_fen: 190000, persons: 3, period_from: '2021-05-01', period_to: '2022-04-30', claims_fen: 0, out_of_pocket_fen: 3860000 },
      dimensions: [
        { code: 'income_and_expenditure', problem: true, finding: '住院自付三万八千余元' },
        { code: 'three_guarantees', problem: false, finding: '' },
        { code: 'drinking_water_safety', problem: false, finding: '' },
        { code: 'risk', problem: true, finding: '主要劳动力患病半年未务工' },
      ],
      difficulties: [{ code: 'medical_care', problem: true, finding: '后续化疗费用无着落' }],
      risks: ['illness', 'unstable_employment'],
      opinion: '家庭主要劳动力患病，刚性支出大，建议继续识别认定。',
      recommends: true,
      household_signed: { mode: 'signature', name: head },
      mode: 'on_site',
    },
    commitment_letter: { truthfulness: true, query_authorisation: true, signatures: members.filter(({ adult }) => adult).map((member) => ({ member_id: member.id, mode: 'signature', signer_name: member.name })) },
    democratic_appraisal: { round: 1, place: '村党群服务中心', chair: '乔麦丰', recorder: '田网格', votes_for: 17, votes_against: 1, abstentions: 1, recused: ['麦远亲'], result: 'recommend', opinion: '情况属实，同意列为初选对象' },
    public_notice: { notice_id: 'n-1', place: '村务公开栏', objections: [] },
    township_review: { outcome: 'approve', opinion: '经入户核查情况属实', checkers: ['柳守川', '池核查'] },
    county_decision: { outcome: 'approve', category: 'sudden_severe_hardship', document_number: '宜监测审〔2022〕21号', signatory: '邵望秋', opinion: '同意', dimensions_considered: ['income_and_expenditure', 'three_guarantees', 'drinking_water_safety', 'risk'] },
  }
  sequence.slice(0, doneSteps).forEach((kind, index) => {
    const on = kind === 'public_notice' ? addDays(lead_on, 6) : addDays(lead_on, index + 1)
    put(stored, kind, { ...demo[kind], posted_on: on, signed_on: on }, on)
  })
  if (check === 'answered' || check === 'done') {
    stored.records.cross_check = {
      member_ids: [members[0]!.id, members[1]!.id],
      items: ['车辆', '工商登记', '银行存款'],
      answers: [{ department: '县公安局', answered_by: '辛比对', occurred_on: addDays(lead_on, 6) }],
      discrepancies: [
        { member_id: members[0]!.id, item: '车辆', finding: '名下有小型轿车一辆', department: '县公安局', found_on: addDays(lead_on, 6), late: false, resolution: check === 'done' ? { explanation: '车辆已于去年转卖，未过户', verified_by: '乔麦丰', conclusion: 'cleared', note: '' } : null },
      ],
    }
  }
  for (const step of setup) {
    if (!stored.records[step[0]]) continue
    for (const slot of step[6].slice(0, 1)) {
      const [code, label] = slot.split(':') as [string, string]
      if (!stored.attachments.some((file) => file.code === code)) stored.attachments.push({ id: `${id}-${code}`, file_name: `${label}.pdf`, media_type: 'application/pdf', size: 184_320, code, created_at: `${lead_on}T10:20:00+08:00` })
    }
  }
  if (id === 'c-1004') stored.superseded.push({ sent_back_to: 'democratic_appraisal', by_step: 'township_review', reason: '会议记录缺少回避情况，退回重新评议', on: addDays(lead_on, 5), by_name: '柳守川', records: { democratic_appraisal: { ...demo.democratic_appraisal, recused: [], occurred_on: addDays(lead_on, 2), by_name: '乔麦丰' } } as unknown as Casefile['records'] })
  return stored
}

export const casefiles = () => kept('casefiles', () => Object.fromEntries(invented.map((one) => [one[0], make(...one)])))

export function push(stored: Stored, kind: string, label: string, summary: string, on: string, by: string) {
  stored.timeline.push({ seq: stored.timeline.length + 1, kind, step: kind, label, summary, occurred_on: on, recorded_at: `${state.today}T09:30:00+08:00`, by_name: by, late_entry: on < addDays(state.today, -4) })
}
export function put(stored: Stored, kind: string, record: object, on: string, by?: string) {
  const step = setup.find(([one]) => one === kind)
  const name = by ?? people[step?.[2] ?? 'village'] ?? ''
  stored.records[kind] = { ...record, occurred_on: on, by_name: name }
  push(stored, kind, step?.[1] ?? kind, '', on, name)
}

function clockOf(stored: Stored): ClockStatus {
  const ended = stored.records.county_decision?.occurred_on ?? null
  const used = between(stored.lead_on, ended ?? state.today)
  return {
    id: 'identification', label: '线索到县级审批', started_on: stored.lead_on, limit_days: 15, unit: 'natural', deadline_on: addDays(stored.lead_on, 15),
    days_used: used, days_left: 15 - used, ended_on: ended, overdue: used > 15, clause: 'HN22-060', in_principle: true, overdue_reason: stored.overdue_reason ?? null, warnings: [],
  }
}

function current(stored: Stored): StepKind | null {
  return stored.stage === 'running' || stored.stage === 'determined' ? (sequence.find((kind) => !stored.records[kind]) ?? null) : null
}
const checkActions: Record<Stored['check'], [Level, string[], string]> = {
  none: ['village', ['request_cross_check'], 'casefile.cross_check_village'],
  requested: ['township', ['forward_cross_check'], 'casefile.cross_check_township'],
  forwarded: ['county', ['answer_cross_check', 'reuse_cross_check'], 'casefile.cross_check_county'],
  answered: ['village', ['resolve_discrepancy'], 'casefile.cross_check_village'],
  done: ['county', [], ''],
}

export function refusalsFor(stored: Stored, kind: StepKind): Refusal[] {
  const refusals: Refusal[] = []
  if (kind === 'township_review' && stored.records.public_notice) {
    const earliest = addDays(stored.records.public_notice.occurred_on, 6)
    if (state.today < earliest) refusals.push({ guard: 'notice_stood', message: '公示还没有满 5 天，满后次日才能审核。', clause: 'HN22-054', earliest_on: earliest })
  }
  if (kind === 'county_decision' && stored.check !== 'done') refusals.push({ guard: 'cross_check_concluded', message: '信息比对结果还没有办结，审批前必须有结果。', clause: 'HN22-061' })
  if (kind === 'announcement' && !stored.records.decision_acknowledged) refusals.push({ guard: 'decision_acknowledged', message: '审批结果还没有由乡镇签收。', clause: 'HN22-056' })
  return refusals
}

export function view(stored: Stored): Casefile {
  const operations = new Set(accounts.find(({ login_name }) => login_name === state.login)?.operations ?? [])
  const now = current(stored)
  const checkOpen = !!stored.records.commitment_letter && stored.check !== 'done' && stored.stage === 'running'
  const steps: StepView[] = setup.map(([kind, label, level, clause, , operation, evidence, day]) => {
    const record = stored.records[kind]
    const done = kind === 'cross_check' ? stored.check === 'done' : !!record
    const open = kind === 'cross_check' ? checkOpen : kind === now
    return {
      kind, label, level, level_label: levelLabels[level]!, clause, parallel: kind === 'cross_check', advised_day: day ?? null,
      status: done ? 'done' : open ? 'open' : 'waiting', occurred_on: record?.occurred_on ?? null, by_name: record?.by_name ?? null,
      late_entry: kind === 'home_verification' && stored.id === 'c-1003', recorded_on: null,
      my_turn: open && operations.has(operation),
      evidence: evidence.map((text) => {
        const [code, name, required] = text.split(':') as [string, string, string?]
        return { code, label: name, required: !!required, clause, present: stored.attachments.some((file) => file.code === code) }
      }),
    }
  })
  const todo: Casefile['todo'] = []
  if (now) {
    const [kind, label, level, , action, operation] = setup.find(([one]) => one === now)!
    const refusals = refusalsFor(stored, kind)
    const acknowledge = kind === 'announcement' && !stored.records.decision_acknowledged
    const names = acknowledge ? ['acknowledge_decision'] : [action]
    todo.push({ step: kind, step_label: label, verb: verbs[kind]!, clause: null, level, mine: operations.has(acknowledge ? 'casefile.acknowledge' : operation), ready: acknowledge || !refusals.length, refusals: acknowledge ? [] : refusals, actions: names })
  }
  if (checkOpen) {
    const [level, names, operation] = checkActions[stored.check]
    const actions = stored.check === 'answered' && stored.records.cross_check?.discrepancies.every((one: any) => one.resolution) ? ['conclude_cross_check'] : names
    todo.push({ step: 'cross_check', step_label: '信息比对', verb: '办信息比对', clause: 'HN22-052', level: actions[0] === 'conclude_cross_check' ? 'county' : level, mine: operations.has(actions[0] === 'conclude_cross_check' ? 'casefile.cross_check_county' : operation), ready: true, refusals: [], actions })
  }
  const verified = stored.records.home_verification
  return {
    id: stored.id, version: stored.version, household: { id: `h-${stored.id}`, head_name: stored.head, member_count: stored.members.length, household_type: 'general', household_type_label: '一般农户', village: villageRef, path },
    members: stored.members, pack: { id: 'henan-2022', title: '河南省2022年防止返贫监测帮扶', version: 1 }, next_round: stored.superseded.length + 1,
    stage: stored.stage, stage_label: ({ running: '办理中', determined: '已审批', archived: '已归档', refused: '不予纳入', ended: '已终止' } as Record<string, string>)[stored.stage]!,
    stage_detail: stored.stage_detail ?? ({ stage: stored.stage } as Casefile['stage_detail']), opened_on: addDays(stored.lead_on, 1), category_label: stored.records.county_decision?.outcome === 'approve' ? '突发严重困难户' : null,
    clocks: [clockOf(stored)], steps, todo, records: stored.records, superseded: stored.superseded, timeline: stored.timeline, attachments: stored.attachments,
    proposal: verified
      ? {
          conclusion: { category: 'sudden_severe_hardship', label: '突发严重困难户' },
          facts: [
            { label: '人均纯收入', value: '8,606.67 元', threshold: '≤ 6,900.00 元（参考）', met: false, clause: 'HN22-011' },
            { label: '合规自付支出', value: '38,600.00 元', threshold: '刚性支出较大', met: true, clause: 'HN22-039' },
            { label: '“三保障”与饮水', value: '没有发现问题', threshold: '有任一问题', met: false, clause: 'HN22-012' },
            { label: '返贫致贫风险', value: '因病、因务工就业不稳', threshold: '有任一风险', met: true, clause: 'HN22-012' },
            { label: '户类型', value: '一般农户', threshold: '脱贫户或一般农户', met: true, clause: null },
          ],
          would_change: ['合规自付支出经医保二次报销后明显降低，且基本生活没有严重困难时，不再对应这一类别。', '人均纯收入降到 6,900.00 元及以下时，对应「边缘易致贫户」。'],
          note: '规则只提建议，是否认定由县级审批人决定。',
        }
      : null,
    leads: [{ id: 'l-1', channel: 'self_declaration', received_on: stored.lead_on }],
  }
}

export function row(stored: Stored): CasefileRow {
  const seen = view(stored)
  return {
    id: seen.id, household_id: seen.household.id, head_name: stored.head, village: villageRef, stage: stored.stage, stage_label: seen.stage_label,
    current_steps: seen.steps.filter(({ status }) => status === 'open').map(({ kind, label, level, my_turn }) => ({ kind, label, level, verb: verbs[kind] ?? label, ready: true, mine: my_turn })),
    clock: seen.clocks[0] ?? null, category_label: seen.category_label, opened_on: seen.opened_on, version: stored.version,
  }
}
