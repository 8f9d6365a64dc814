/** What a form still lacks before it is worth sending. The law's own guards live on the server; these are gaps in the paper. */
import type { Casefile } from '@/api/types'
import { asksFor } from './bodies'
import type * as body from './bodies'

/** Field → what to write there. */
export type FieldErrors = Record<string, string>

const blank = (text: string | null | undefined) => !text || text.trim() === ''
const short = (text: string) => text.trim().length < 4

export const nothing = (): FieldErrors => ({})

export function verifyHome(form: body.VerifyHomeBody): FieldErrors {
  const errors: FieldErrors = {}
  if (form.verifiers.filter((name) => !blank(name)).length < 2) errors.verifiers = '要有两名核实人。'
  const { income } = form
  const kinds = [income.wage_fen, income.operating_fen, income.property_fen, income.transfer_fen, income.operating_expense_fen]
  if (kinds.some((fen) => fen === null)) errors.income = '五项收支都要填，没有的填 0。'
  if (!(income.persons > 0)) errors.persons = '请填写共享收支的人数。'
  if (!income.period_from || !income.period_to) errors.period = '请填写核算期间。'
  else if (income.period_from > income.period_to) errors.period = '核算期间的起止颠倒了。'
  for (const one of form.dimensions) {
    if (one.problem === null) errors[`dimensions.${one.code}`] = '请选择有无问题。'
    else if (one.problem && short(one.finding)) errors[`dimensions.${one.code}`] = '有问题的要写明情况。'
  }
  for (const one of form.difficulties) {
    if (one.problem === null) errors[`difficulties.${one.code}`] = '请选择有无困难。'
    else if (one.problem && short(one.finding)) errors[`difficulties.${one.code}`] = '有困难的要写明情况。'
  }
  if (form.risks.length > 5) errors.risks = '风险最多选五项，请保留最主要的。'
  if (form.risks.includes('other') && blank(form.risk_note)) errors.risk_note = '选了「其他」，请写明是什么风险。'
  if (form.recommends === null) errors.recommends = '请选择初步意见。'
  if (short(form.opinion)) errors.opinion = '请写明核实意见。'
  if (blank(form.household_signed.name)) errors.household_signed = '请填写签字人。'
  if (form.household_signed.mode !== 'signature' && blank(form.household_signed.witness)) errors.witness = '按指纹或拒绝签字的，要有见证人。'
  return errors
}

export function signLetter(form: body.SignLetterBody): FieldErrors {
  const errors: FieldErrors = {}
  if (!form.truthfulness) errors.truthfulness = '须承诺所提供的情况真实可靠。'
  if (!form.query_authorisation) errors.query_authorisation = '须授权查询家庭资产信息。'
  if (!form.signatures.some((one) => one.signs)) errors.signatures = '至少要有一名成年人签字。'
  for (const one of form.signatures.filter((each) => each.signs)) {
    if (blank(one.signer_name)) errors[`signatures.${one.member_id}`] = '请填写签字人。'
    else if ((one.mode === 'guardian' || one.mode === 'proxy') && blank(one.reason)) errors[`signatures.${one.member_id}`] = '监护人或代签要写明原因。'
    else if (one.mode !== 'signature' && one.mode !== 'guardian' && blank(one.witness)) errors[`signatures.${one.member_id}`] = '按指纹或代签要有见证人。'
  }
  return errors
}

export function requestCrossCheck(form: body.RequestCrossCheckBody): FieldErrors {
  const errors: FieldErrors = {}
  if (!form.member_ids.length) errors.member_ids = '请选择要比对的成员。'
  if (!form.items.length) errors.items = '请选择比对内容。'
  return errors
}

export function answerCrossCheck(form: body.AnswerCrossCheckBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.department)) errors.department = '请填写反馈部门。'
  if (blank(form.answered_by)) errors.answered_by = '请填写反馈人。'
  if (form.discrepancies.some((one) => blank(one.member_id) || blank(one.item) || blank(one.finding))) errors.discrepancies = '每条疑点都要写明成员、内容和情况。'
  return errors
}

export function reuseCrossCheck(form: body.ReuseCrossCheckBody): FieldErrors {
  const errors: FieldErrors = {}
  if (!form.checked_on) errors.checked_on = '请填写低保比对的日期。'
  if (blank(form.reference)) errors.reference = '请填写低保比对的文号或编号。'
  return errors
}

export function resolveDiscrepancy(form: body.ResolveDiscrepancyBody): FieldErrors {
  const errors: FieldErrors = {}
  if (form.index === null) errors.index = '请选择一条疑点。'
  if (short(form.explanation)) errors.explanation = '请记下农户的说明。'
  if (blank(form.verified_by)) errors.verified_by = '请填写核实人。'
  if (!form.conclusion) errors.conclusion = '请选择核实结论。'
  return errors
}

export function acknowledgeDiscrepancy(form: body.AcknowledgeDiscrepancyBody): FieldErrors {
  const errors: FieldErrors = {}
  if (form.index === null) errors.index = '请选择一条疑点。'
  if (short(form.note)) errors.note = '请写明研判意见。'
  return errors
}

/** People who could vote: everyone present less those recused. */
export const votersOf = (form: Pick<body.AppraisalBody, 'attendance' | 'recused'>) =>
  form.attendance.reduce((sum, one) => sum + (one.count || 0), 0) - form.recused.filter((name) => !blank(name)).length

export function appraisal(form: body.AppraisalBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.place)) errors.place = '请填写会议地点。'
  if (blank(form.chair)) errors.chair = '请填写主持人。'
  if (blank(form.recorder)) errors.recorder = '请填写记录人。'
  if (!form.attendance.some((one) => one.count > 0)) errors.attendance = '请填写到会人数。'
  const votes = form.votes_for + form.votes_against + form.abstentions
  if (votes !== votersOf(form)) errors.votes = `三项票数合计 ${votes}，应等于到会人数减去回避人数 ${votersOf(form)}。`
  if (!form.result) errors.result = '请选择评议结果。'
  return { ...errors, ...findings(form.findings) }
}

function findings(form: body.FindingsBody | null): FieldErrors {
  if (!form) return {}
  const errors: FieldErrors = {}
  if (form.per_capita_income_fen === null) errors['findings.per_capita_income_fen'] = '请填写人均收入，没有的填 0。'
  if (form.rigid_clearly_exceeds && (form.rigid_expenditure_fen === null || form.previous_year_income_fen === null)) errors['findings.rigid'] = '请填写刚性支出和上年度收入。'
  else if (form.rigid_clearly_exceeds && form.rigid_expenditure_fen! <= form.previous_year_income_fen!) errors['findings.rigid'] = '刚性支出没有超过上年度收入，不能写成“明显超过”。'
  for (const one of form.dimensions) if (one.problem === null) errors[`findings.${one.code}`] = '请选择有无问题。'
  if (short(form.situation)) errors['findings.situation'] = '请写明家庭情况。'
  return errors
}

export function submitToCounty(form: body.SubmitToCountyBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.government)) errors.government = '请填写上报单位。'
  if (blank(form.document_number)) errors.document_number = '请填写上报文件文号。'
  if (blank(form.signatory)) errors.signatory = '请填写签发人。'
  return errors
}

export function notifyTownship(form: body.NotifyTownshipBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.document_number)) errors.document_number = '请填写书面通知的文号。'
  if (blank(form.township)) errors.township = '请填写通知哪个乡镇。'
  return errors
}

export function submitPlan(form: body.SubmitPlanBody): FieldErrors {
  const errors: FieldErrors = {}
  if (short(form.plan)) errors.plan = '请写明规划了什么帮扶项目。'
  if (blank(form.department)) errors.department = '请填写报给哪个部门。'
  if (!form.submitted_on) errors.submitted_on = '请填写上报日期。'
  return errors
}

export function postNotice(form: body.PostNoticeBody): FieldErrors {
  return blank(form.place) ? { place: '请填写张贴地点。' } : {}
}

function verdict(form: body.VerdictBody): FieldErrors {
  const errors: FieldErrors = {}
  if (!form.outcome) errors.outcome = '请选择意见。'
  if (form.outcome === 'send_back' && !form.send_back_to) errors.send_back_to = '请选择退回到哪一步。'
  if (form.outcome === 'send_back' && short(form.reason)) errors.reason = '请写明退回原因和要补的内容。'
  if (form.outcome === 'refuse' && !form.ground) errors.ground = '请选择不予纳入的依据。'
  if (form.outcome === 'refuse' && short(form.reason)) errors.reason = '请写明理由，要能向农户说清楚。'
  if (form.outcome === 'refuse' && form.judgements.some(({ finding }) => blank(finding))) errors.judgements = '每个方面都要写明查到的情况，不能只看收入。'
  if (form.outcome === 'approve' && blank(form.opinion)) errors.opinion = '请填写意见。'
  return errors
}

export function review(form: body.ReviewBody): FieldErrors {
  const errors = verdict(form)
  if (!form.checkers.some((name) => !blank(name))) errors.checkers = '请填写核查人。'
  return form.outcome === 'send_back' ? errors : { ...errors, ...findings(form.findings) }
}

export function decide(form: body.DecideBody, casefile: Casefile): FieldErrors {
  const errors = verdict(form)
  if (form.outcome === 'approve' && !form.category) errors.category = '请选择监测对象类别。'
  if (form.outcome && form.outcome !== 'send_back') {
    if (blank(form.document_number)) errors.document_number = '请填写文号。'
    if (blank(form.signatory)) errors.signatory = '请填写签发人。'
    const asked = asksFor(casefile, 'all_dimensions_assessed', 'county_decision')
    if (asked && form.outcome === 'approve' && !form.dimensions_considered.length && casefile.stage === 'running') errors.dimensions_considered = '不唯收入，请勾选已经综合研判的方面。'
  }
  return errors
}

export function announce(form: body.AnnounceBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.place)) errors.place = '请填写张贴地点。'
  if (blank(form.issued_by)) errors.issued_by = '请填写以谁的名义公告。'
  return errors
}

export function archive(form: body.ArchiveBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.collected_by)) errors.collected_by = '请填写采集人。'
  if (blank(form.entered_by)) errors.entered_by = '请填写录入人。'
  if (blank(form.reviewed_by)) errors.reviewed_by = '请填写审核人。'
  return errors
}

export function inform(form: body.InformBody): FieldErrors {
  const errors: FieldErrors = {}
  if (blank(form.how)) errors.how = '请写明怎样告知的。'
  if (blank(form.told_by)) errors.told_by = '请填写告知人。'
  return errors
}

export function reason(form: body.ReasonBody): FieldErrors {
  return short(form.reason) ? { reason: '请写明原因。' } : {}
}

export function end(form: body.EndBody): FieldErrors {
  const errors = reason(form)
  if (!form.ending) errors.ending = '请选择终止的情形。'
  if (form.ending === 'withdrawn') {
    if (blank(form.withdrawal.signed_by)) errors.signed_by = '请填写在撤回申请上签字的成年成员。'
    if (!form.withdrawal.signed_on) errors.signed_on = '请填写签字日期。'
    if (blank(form.withdrawal.paper_place)) errors.paper_place = '请写明撤回申请原件存放在哪里。'
  }
  return errors
}
