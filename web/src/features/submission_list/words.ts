/** Words of lists, and the acts that answer them. */
import type { Change } from '@/components/meanwhile'
import type { ItemVerdict, ListItem, ListSummary, SubmissionList } from './types'

const VERDICTS: Record<ItemVerdict, { words: string; tone: string }> = {
  approved: { words: '✓ 同意', tone: 'is-good' },
  sent_back: { words: '↩ 退回', tone: 'is-warn' },
  refused: { words: '✕ 不予纳入', tone: 'is-bad' },
  ended: { words: '已终止', tone: '' },
  acknowledged: { words: '✓ 已签收', tone: 'is-good' },
}
export const verdictOf = (verdict: ItemVerdict) => VERDICTS[verdict]

const TONES: Record<string, string> = { submitted: 'is-now', received: 'is-now', closed: 'is-good', returned: 'is-warn', withdrawn: '', no_adjustment: 'is-good' }
export const toneOf = (stage: string) => TONES[stage] ?? ''

/** `2020-06` → `2020年6月`. */
export function formatMonth(month: string | null | undefined): string {
  const parts = /^(\d{4})-(\d{2})$/.exec(month ?? '')
  return parts ? `${parts[1]}年${Number(parts[2])}月` : ''
}

/** `同意 3 · 退回 1 · 待答复 2`, without what is none. */
export function countWords(counts: ListSummary['counts'], informs: boolean): string {
  const words: [number, string][] = [
    [counts.open, informs ? '待签收' : '待答复'],
    [counts.approved, '同意'],
    [counts.acknowledged, '已签收'],
    [counts.sent_back, '退回'],
    [counts.refused, '不予纳入'],
    [counts.ended, '终止'],
  ]
  return words
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${word} ${count}`)
    .join(' · ')
}

/** Who moved the list on since it was opened, in the words of its stage. */
export function stageChange(seen: SubmissionList, fresh: SubmissionList): Change[] {
  const detail = fresh.stage_detail
  if (fresh.stage === seen.stage || !detail) return []
  const signed = 'signed' in detail ? detail.signed : 'received' in detail ? detail.received : 'by_name' in detail ? detail : null
  const reason = 'reason' in detail ? `，原因：${detail.reason}` : ''
  return [{ by: signed ? `${signed.by_name}${signed.deputy_of ? `（代${signed.deputy_of}）` : ''}` : '', at: signed?.on, what: `名单现在是“${fresh.stage_label}”${reason}` }]
}

export interface AnswerBody {
  outcome: '' | 'approve' | 'send_back' | 'refuse'
  occurred_on: string | null
  opinion: string
  reason: string
  send_back_to: string
  ground: string
  checkers: string[]
  /** Empty: each household in the category the rules propose for it. */
  category: string
  document_number: string
  signatory: string
  dimensions_considered: string[]
}

export const emptyAnswer = (today: string, dimensions: string[]): AnswerBody => ({
  outcome: '',
  occurred_on: today,
  opinion: '',
  reason: '',
  send_back_to: '',
  ground: '',
  checkers: [],
  category: '',
  document_number: '',
  signatory: '',
  dimensions_considered: dimensions,
})

/** What is still missing, by field; an empty object lets the answers go. */
export function answerErrors(body: AnswerBody, step: string, chosen: ListItem[]): Record<string, string> {
  const errors: Record<string, string> = {}
  if (!body.outcome) errors.outcome = '请选择意见'
  if (!body.occurred_on) errors.occurred_on = '请选择办理日期'
  if (body.outcome === 'send_back' && !body.send_back_to) errors.send_back_to = '请选择退回到哪一步'
  if (body.outcome === 'refuse' && !body.ground) errors.ground = '请选择依据'
  if (body.outcome && body.outcome !== 'approve' && body.reason.trim().length < 4) errors.reason = '请写明理由，让农户和村里看得懂'
  if (step === 'township_review' && !body.checkers.some((name) => name.trim())) errors.checkers = '请写明核查人'
  if (step === 'county_decision' && body.outcome === 'approve') {
    if (!body.document_number.trim()) errors.document_number = '请填写文号'
    if (!body.signatory.trim()) errors.signatory = '请填写签发人'
    if (!body.category && chosen.some((item) => !item.proposed_category)) errors.category = '有农户没有建议类别，请选定一个类别，或分开答复'
  }
  return errors
}

/** The answer to one household as the act on its casefile. */
export function actOf(body: AnswerBody, step: string, item: ListItem): Record<string, unknown> {
  const aside = {
    send_back_to: body.outcome === 'send_back' ? body.send_back_to : null,
    ground: body.outcome === 'refuse' ? body.ground : null,
    reason: body.outcome === 'approve' ? null : body.reason.trim(),
    opinion: body.outcome === 'approve' ? body.opinion.trim() : '',
  }
  if (step === 'county_decision') {
    const approving = body.outcome === 'approve'
    return {
      type: 'decide',
      outcome: body.outcome,
      ...aside,
      category: approving ? body.category || item.proposed_category : null,
      document_number: body.document_number.trim(),
      signed_on: approving ? body.occurred_on : null,
      signatory: body.signatory.trim(),
      dimensions_considered: body.dimensions_considered,
    }
  }
  return { type: 'review', outcome: body.outcome, ...aside, checkers: body.checkers.map((name) => name.trim()).filter(Boolean) }
}

/** In portions, so that a long list shows how far it is. */
export function portions<T>(all: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}

/** Months named one by one; the rest is counted. */
const MONTHS_SHOWN = 4

/** The oldest months without a list, and every one that takes somebody now. */
export const monthsShown = <T extends { candidates: number }>(months: T[]): T[] => months.filter((month, position) => position < MONTHS_SHOWN || month.candidates > 0)
