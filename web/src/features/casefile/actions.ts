/**
 * Every act on a casefile: its words, its form, how the form starts, what is missing in it, and what is posted.
 * The server decides which acts are open (`todo[].actions`); this file only knows how to fill them in.
 */
import type { Component } from 'vue'
import type { Casefile, Discrepancy } from '@/api/types'
import * as checks from './checks'
import { asksFor, emptyFindings, twelveMonthsBefore, type FindingsBody, type FormContext } from './bodies'
import { evidenceName, named, nextName, passWords, stepName } from './step-words'
import { discrepanciesOf, settled, signedMembers } from './cross-check'
import AcknowledgeDecisionForm from './forms/PlainForm.vue'
import AcknowledgeDiscrepancyForm from './forms/AcknowledgeDiscrepancyForm.vue'
import AnnounceForm from './forms/AnnounceForm.vue'
import AnswerCrossCheckForm from './forms/AnswerCrossCheckForm.vue'
import AppraisalForm from './forms/AppraisalForm.vue'
import ArchiveForm from './forms/ArchiveForm.vue'
import ConcludeCrossCheckForm from './forms/ConcludeCrossCheckForm.vue'
import DecideForm from './forms/DecideForm.vue'
import EndForm from './forms/EndForm.vue'
import ExplainOverdueForm from './forms/ExplainOverdueForm.vue'
import ForwardCrossCheckForm from './forms/PlainForm.vue'
import InformHouseholdForm from './forms/InformHouseholdForm.vue'
import NotifyTownshipForm from './forms/NotifyTownshipForm.vue'
import PostNoticeForm from './forms/PostNoticeForm.vue'
import RequestCrossCheckForm from './forms/RequestCrossCheckForm.vue'
import RequestRecheckForm from './forms/RequestRecheckForm.vue'
import ResolveDiscrepancyForm from './forms/ResolveDiscrepancyForm.vue'
import ReuseCrossCheckForm from './forms/ReuseCrossCheckForm.vue'
import ReviewForm from './forms/ReviewForm.vue'
import SignLetterForm from './forms/SignLetterForm.vue'
import SubmitPlanForm from './forms/SubmitPlanForm.vue'
import SubmitToCountyForm from './forms/SubmitToCountyForm.vue'
import VerifyHomeForm from './forms/VerifyHomeForm.vue'

type Words = string | ((casefile: Casefile) => string)

// Bodies differ per act; `any` stays inside this table, every form and check is typed by its own body.
export interface ActionDefinition {
  /** What the person does, as the tab says it; a step is called what the casefile's pack calls it. */
  title: Words
  /** The button; may depend on what was chosen in the form. */
  submit: string | ((casefile: Casefile, body: any) => string)
  /** Label of the date the act happened. */
  dateLabel: string
  form: Component
  initial: (context: FormContext) => any
  check: (body: any, casefile: Casefile) => checks.FieldErrors
  /** The action as posted; the date is the act's own. */
  build: (body: any, occurredOn: string, casefile: Casefile) => Record<string, unknown>
  /** Where it is posted when not to the casefile itself. */
  via?: 'appraisal' | 'notice'
  /** One sentence above the form. */
  hint?: Words
  /** A grave act is shown with the danger button. */
  grave?: boolean
}

/** A refusal starts from what the home visit found, dimension by dimension. */
const verdict = ({ casefile, words }: FormContext) => {
  const visited = casefile.records.home_verification?.dimensions ?? []
  const dimensions = asksFor(casefile, 'all_dimensions_assessed') ? words.dimensions : []
  const judgements = dimensions.map(({ code }) => {
    const seen = visited.find((one) => one.code === code)
    return { code, problem: seen?.problem ?? false, finding: seen?.finding || (seen && !seen.problem ? '无问题' : '') }
  })
  return { outcome: '', opinion: '', send_back_to: '', ground: '', reason: '', judgements }
}
/** Only what belongs to the chosen outcome is posted. */
const verdictPart = (body: any) => ({
  outcome: body.outcome,
  opinion: body.opinion,
  send_back_to: body.outcome === 'send_back' ? body.send_back_to : undefined,
  ground: body.outcome === 'refuse' ? body.ground || undefined : undefined,
  reason: body.outcome === 'approve' ? undefined : body.reason,
  judgements: body.outcome === 'refuse' ? body.judgements : [],
})
/** Judgements nobody answered are not posted: the server says what is missing. */
const findingsPart = (findings: FindingsBody | null) =>
  findings ? { ...findings, dimensions: findings.dimensions.filter(({ problem }) => problem !== null) } : undefined
/** A comparison the township passes on is asked for; where the pack has the county compare by itself, it is done. */
const requestWords = (casefile: Casefile) => named('cross_check', asksFor(casefile, 'through_township', 'cross_check') ? '提请' : '开展')(casefile)
/** What the township signs for: the county's letter, or its result. */
const signWords = (casefile: Casefile) => (stepName(casefile, 'written_notice') ? '签收书面通知' : named('county_decision', '签收', '结果')(casefile))
const names = (list: string[]) => list.map((name) => name.trim()).filter(Boolean)
const filled = (text: string) => text.trim() || undefined

export const actions: Record<string, ActionDefinition> = {
  verify_home: {
    title: named('home_verification', '填写'),
    submit: named('home_verification', '提交', '结果'),
    dateLabel: '入户日期',
    form: VerifyHomeForm,
    hint: (casefile) => {
      const form = evidenceName(casefile, 'home_verification', 'investigation_form')
      return `${form ? `按《${form}》` : ''}逐项填写${asksFor(casefile, 'household_signed') ? '，农户确认后签字' : ''}。`
    },
    initial: ({ casefile, words, myName, today }) => {
      const period = twelveMonthsBefore(today)
      return {
        mode: 'on_site',
        verifiers: [myName, ''],
        income: {
          wage_fen: null,
          operating_fen: null,
          property_fen: null,
          transfer_fen: null,
          operating_expense_fen: null,
          persons: casefile.members.filter((member) => member.shares_income).length,
          period_from: period.from,
          period_to: period.to,
          claims_fen: null,
          out_of_pocket_fen: null,
        },
        dimensions: words.dimensions.map(({ code }) => ({ code, problem: null, finding: '' })),
        difficulties: words.difficulty_areas.map(({ code }) => ({ code, problem: null, finding: '' })),
        risks: [],
        risk_note: '',
        persons_reason: '',
        opinion: '',
        recommends: null,
        household_signed: { mode: 'signature', name: casefile.household.head_name, witness: '', relation: '', reason: '' },
      }
    },
    check: checks.verifyHome,
    build: (body) => ({
      ...body,
      verifiers: names(body.verifiers),
      income: Object.fromEntries(Object.entries(body.income).map(([field, value]) => [field, value ?? 0])),
      household_signed: {
        ...body.household_signed,
        witness: filled(body.household_signed.witness),
        relation: filled(body.household_signed.relation),
        reason: filled(body.household_signed.reason),
      },
    }),
  },
  sign_letter: {
    title: '登记承诺授权书',
    submit: '提交承诺授权书',
    dateLabel: '签订日期',
    form: SignLetterForm,
    hint: (casefile) =>
      asksFor(casefile, 'every_queried_person_signed') ? '要查询谁的资产信息，谁就要签字：每名成年人都签，确有困难的由监护人或代理人签并写明原因。' : '',
    initial: ({ casefile }) => ({
      truthfulness: false,
      query_authorisation: false,
      valid_until: null,
      signatures: casefile.members
        .filter((member) => member.adult)
        .map((member) => ({ member_id: member.id, member_name: member.name, signs: true, mode: 'signature', signer_name: member.name, reason: '', witness: '' })),
    }),
    check: checks.signLetter,
    build: (body) => ({
      truthfulness: body.truthfulness,
      query_authorisation: body.query_authorisation,
      valid_until: body.valid_until ?? undefined,
      signatures: body.signatures
        .filter((one: any) => one.signs)
        .map((one: any) => ({ member_id: one.member_id, mode: one.mode, signer_name: one.signer_name.trim(), reason: filled(one.reason), witness: filled(one.witness) })),
    }),
  },
  request_cross_check: {
    title: requestWords,
    submit: requestWords,
    dateLabel: '提请日期',
    form: RequestCrossCheckForm,
    hint: (casefile) =>
      [
        asksFor(casefile, 'within_authorisation', 'cross_check') ? '只能比对已在承诺授权书上签字的成员。' : '文件没有规定先签授权书。',
        asksFor(casefile, 'through_township', 'cross_check') ? '由乡镇统一报送县级。' : '',
      ].join(''),
    initial: ({ casefile, words }) => ({
      // Where the pack binds the comparison to the letter, only who signed; else every member.
      member_ids: asksFor(casefile, 'within_authorisation', 'cross_check') ? signedMembers(casefile) : casefile.members.map(({ id }) => id),
      items: words.comparison_items.map(({ label }) => label),
    }),
    check: checks.requestCrossCheck,
    build: (body) => body,
  },
  forward_cross_check: {
    title: named('cross_check', '报送'),
    submit: '统一报送县级比对',
    dateLabel: '报送日期',
    form: ForwardCrossCheckForm,
    hint: '核对比对名单和授权书后，由乡镇统一报送县级。',
    initial: () => ({}),
    check: checks.nothing,
    build: () => ({}),
  },
  answer_cross_check: {
    title: '登记比对结果',
    submit: '登记比对结果',
    dateLabel: '反馈日期',
    form: AnswerCrossCheckForm,
    hint: '比对发现的只是疑点，由村级核实后再下结论，不自动排除任何农户。',
    initial: ({ myName }) => ({ department: '', answered_by: myName, discrepancies: [] }),
    check: checks.answerCrossCheck,
    build: (body) => body,
  },
  reuse_cross_check: {
    title: '共用低保比对结果',
    submit: '共用低保比对结果',
    dateLabel: '登记日期',
    form: ReuseCrossCheckForm,
    hint: '新纳入低保时已经比对过的，可以不再比对。户档案里要有新纳入低保的记录。',
    initial: () => ({ checked_on: null, reference: '', confirmed_by: '' }),
    check: checks.reuseCrossCheck,
    build: (body) => ({ source: 'subsistence_allowance', ...body, confirmed_by: filled(body.confirmed_by) }),
  },
  resolve_discrepancy: {
    title: '核实疑点',
    submit: '提交疑点核实结论',
    dateLabel: '核实日期',
    form: ResolveDiscrepancyForm,
    initial: ({ casefile, myName }) => ({ index: firstIndex(casefile, (one) => !settled(one)), explanation: '', verified_by: myName, conclusion: '', note: '' }),
    check: checks.resolveDiscrepancy,
    build: (body) => body,
  },
  acknowledge_discrepancy: {
    title: '研判后到的疑点',
    submit: '记录研判意见',
    dateLabel: '研判日期',
    form: AcknowledgeDiscrepancyForm,
    hint: '这条疑点在评议之后才反馈，乡镇要对它作出记录在案的判断。',
    initial: ({ casefile }) => ({ index: firstIndex(casefile, (one) => !!one.late && !one.township_judgement), note: '' }),
    check: checks.acknowledgeDiscrepancy,
    build: (body) => body,
  },
  conclude_cross_check: {
    title: named('cross_check', '办结'),
    submit: named('cross_check', '办结'),
    dateLabel: '办结日期',
    form: ConcludeCrossCheckForm,
    initial: () => ({ note: '' }),
    check: checks.nothing,
    build: (body) => body,
  },
  record_appraisal: {
    title: '记录民主评议',
    submit: '提交民主评议结果',
    dateLabel: '评议日期',
    form: AppraisalForm,
    via: 'appraisal',
    hint: '同一次会议评议多户时，可到「民主评议」页一次录入。',
    initial: (context) => ({
      place: '',
      chair: '',
      recorder: context.myName,
      attendance: [
        { role: '村“两委”干部', count: 0 },
        { role: '村民代表', count: 0 },
        { role: '驻村工作队', count: 0 },
      ],
      minutes: '',
      round: context.casefile.next_round,
      recused: [],
      votes_for: 0,
      votes_against: 0,
      abstentions: 0,
      result: '',
      opinion: '',
      conveners: [],
      findings: asksFor(context.casefile, 'situation_assessed', 'democratic_appraisal') ? emptyFindings(context.words) : null,
    }),
    check: checks.appraisal,
    build: (body, occurredOn, casefile) => ({
      held_on: occurredOn,
      place: body.place.trim(),
      village: casefile.household.village.code,
      chair: body.chair.trim(),
      recorder: body.recorder.trim(),
      attendance: body.attendance.filter((one: any) => one.count > 0),
      minutes: body.minutes,
      conveners: body.conveners,
      items: [
        {
          casefile_id: casefile.id,
          expected_version: casefile.version,
          round: body.round,
          recused: names(body.recused),
          votes_for: body.votes_for,
          votes_against: body.votes_against,
          abstentions: body.abstentions,
          result: body.result,
          opinion: body.opinion,
          findings: findingsPart(body.findings),
        },
      ],
    }),
  },
  post_notice: {
    title: named('public_notice', '登记'),
    submit: '登记公示张贴',
    dateLabel: '张贴日期',
    form: PostNoticeForm,
    via: 'notice',
    hint: (casefile) =>
      casefile.asks.some((one) => one.guard === 'notice_stood') ? '张贴当天不计，公示天数满后的次日才能办下一步。' : '公示几天，文件没有规定。',
    initial: () => ({ place: '村务公开栏' }),
    check: checks.postNotice,
    build: (body, occurredOn, casefile) => ({
      village: casefile.household.village.code,
      posted_on: occurredOn,
      place: body.place.trim(),
      items: [{ casefile_id: casefile.id, expected_version: casefile.version }],
      evidence_attachment_ids: casefile.attachments.filter((file) => file.subject === 'casefile' && file.code === 'notice_photo' && !file.replaced_by && !file.of_earlier_round).map(({ id }) => id),
    }),
  },
  review: {
    title: named('township_review'),
    submit: (casefile, body) => {
      const step = stepName(casefile, 'township_review')
      return { approve: step + passWords(nextName(casefile, 'township_review')), send_back: '退回重办', refuse: '不予纳入' }[body.outcome as string] ?? `提交${step}`
    },
    dateLabel: '办理日期',
    form: ReviewForm,
    initial: ({ casefile, words, myName, today }) => ({
      ...verdict({ casefile, words, myName, today }),
      checkers: [myName, ''],
      findings: asksFor(casefile, 'situation_assessed', 'township_review') ? emptyFindings(words) : null,
    }),
    check: checks.review,
    build: (body) => ({
      ...verdictPart(body),
      checkers: names(body.checkers),
      findings: body.outcome === 'send_back' ? undefined : findingsPart(body.findings),
    }),
  },
  submit_to_county: {
    title: named('township_submission'),
    submit: '以镇级人民政府名义上报',
    dateLabel: '上报日期',
    form: SubmitToCountyForm,
    hint: named('county_decision', '由镇级人民政府行文，报', '。'),
    initial: ({ casefile }) => ({ government: governmentOf(townshipName(casefile)), document_number: '', signatory: '' }),
    check: checks.submitToCounty,
    build: (body) => ({ government: body.government.trim(), document_number: body.document_number.trim(), signatory: body.signatory.trim() }),
  },
  notify_township: {
    title: named('written_notice'),
    submit: '登记书面通知',
    dateLabel: '通知日期',
    form: NotifyTownshipForm,
    hint: '写明书面通知的文号；通知到乡镇以后由乡镇签收。',
    initial: ({ casefile }) => ({ document_number: '', township: townshipName(casefile) }),
    check: checks.notifyTownship,
    build: (body) => ({ document_number: body.document_number.trim(), township: body.township.trim() }),
  },
  submit_plan: {
    title: named('project_plan'),
    submit: '登记帮扶项目规划',
    dateLabel: '办理日期',
    form: SubmitPlanForm,
    hint: '写明规划了什么项目、报给哪个部门、哪天报的。',
    initial: ({ today }) => ({ plan: '', department: '', submitted_on: today }),
    check: checks.submitPlan,
    build: (body) => ({ plan: body.plan.trim(), department: body.department.trim(), submitted_on: body.submitted_on }),
  },
  decide: {
    title: named('county_decision'),
    submit: (casefile, body) => ({ approve: '认定为监测对象', send_back: '退回重办', refuse: '不予认定' })[body.outcome as string] ?? named('county_decision', '提交')(casefile),
    dateLabel: '签发日期',
    form: DecideForm,
    initial: ({ casefile, words, myName, today }) => ({
      ...verdict({ casefile, words, myName, today }),
      category: casefile.proposal?.conclusion?.category ?? '',
      document_number: '',
      signatory: myName,
      dimensions_considered: [],
    }),
    check: checks.decide,
    build: (body, occurredOn) => ({
      ...verdictPart(body),
      reason: body.reason.trim() || undefined,
      category: body.outcome === 'approve' ? body.category : undefined,
      document_number: body.document_number.trim(),
      signed_on: occurredOn,
      signatory: body.signatory.trim(),
      dimensions_considered: body.dimensions_considered,
    }),
  },
  acknowledge_decision: {
    title: signWords,
    submit: signWords,
    dateLabel: '签收日期',
    form: AcknowledgeDecisionForm,
    hint: (casefile) => {
      const next = nextName(casefile, stepName(casefile, 'written_notice') ? 'written_notice' : 'county_decision')
      return next ? `签收后办“${next}”。` : ''
    },
    initial: () => ({}),
    check: checks.nothing,
    build: () => ({}),
  },
  announce: {
    title: named('announcement', '登记'),
    submit: '登记公告张贴',
    dateLabel: '张贴日期',
    form: AnnounceForm,
    hint: '写明以谁的名义公告、张贴在哪里。',
    initial: ({ casefile }) => ({ place: '村务公开栏', issued_by: townshipName(casefile) }),
    check: checks.announce,
    build: (body) => body,
  },
  archive: {
    title: named('archive', '登记'),
    submit: '登记录入并归档',
    dateLabel: '录入系统日期',
    form: ArchiveForm,
    hint: '写明谁采集、谁录入、谁审核。',
    initial: ({ myName, casefile }) => ({
      national_reference: '',
      collected_by: collector(casefile),
      entered_by: myName,
      reviewed_by: '',
    }),
    check: checks.archive,
    build: (body, occurredOn) => ({ ...body, entry_on: occurredOn, national_reference: filled(body.national_reference) }),
  },
  inform_household: {
    title: '告知农户',
    submit: '登记已告知农户',
    dateLabel: '告知日期',
    form: InformHouseholdForm,
    hint: '用农户听得懂的话说明结果和原因；告诉他不同意可以怎么办。',
    initial: ({ myName }) => ({ how: '', told_by: myName }),
    check: checks.inform,
    build: (body) => body,
  },
  request_recheck: {
    title: '登记再核申请',
    submit: '登记再核申请',
    dateLabel: '申请日期',
    form: RequestRecheckForm,
    initial: () => ({ reason: '' }),
    check: checks.reason,
    build: (body) => body,
  },
  end: {
    title: '其他终止',
    submit: '终止这件事项',
    dateLabel: '发生日期',
    form: EndForm,
    grave: true,
    hint: '只用于下列法定情形。终止后不能恢复，有新情况须重新登记线索。',
    initial: ({ casefile }) => ({ ending: '', reason: '', withdrawal: { signed_by: casefile.household.head_name, signed_on: null, paper_place: '' } }),
    check: checks.end,
    build: (body) => ({ ...body, withdrawal: body.ending === 'withdrawn' ? body.withdrawal : null }),
  },
  explain_overdue: {
    title: '逾期说明',
    submit: '提交逾期说明',
    dateLabel: '说明日期',
    form: ExplainOverdueForm,
    hint: '逾期不影响继续办理，但要说明原因。',
    initial: ({ casefile }) => ({ clock: casefile.clocks.find((clock) => clock.overdue && clock.in_principle)?.id ?? '', reason: '' }),
    check: checks.reason,
    build: (body) => body,
  },
}

function firstIndex(casefile: Casefile, wanted: (one: Discrepancy) => boolean): number | null {
  const index = discrepanciesOf(casefile).findIndex(wanted)
  return index < 0 ? null : index
}

/** Who collected the information: whoever verified at home, else whoever checked for the township. */
function collector(casefile: Casefile): string {
  const { home_verification: home, township_review: review } = casefile.records
  return home?.verifiers[0] ?? review?.checkers[0] ?? ''
}

/** How a township signs: a 街道 as its 办事处. */
const governmentOf = (township: string) => township + (township.endsWith('道') ? '办事处' : /[镇乡]$/.test(township) ? '人民政府' : '')

/** The township in the household's path; the announcement stands in its name. */
function townshipName(casefile: Casefile): string {
  const names = casefile.household.path.split('/').filter(Boolean)
  const village = names.lastIndexOf(casefile.household.village.name)
  return (village > 0 ? names[village - 1] : names[names.length - 1]) ?? ''
}

const wordsOf = (words: Words | undefined, casefile: Casefile) => (typeof words === 'function' ? words(casefile) : words)

export const titleOf = (action: string, casefile: Casefile) => wordsOf(actions[action]?.title, casefile) ?? ''
export const hintOf = (action: string, casefile: Casefile) => wordsOf(actions[action]?.hint, casefile) || undefined
export const submitLabel = ({ submit }: ActionDefinition, casefile: Casefile, body: unknown) => (typeof submit === 'function' ? submit(casefile, body) : submit)
