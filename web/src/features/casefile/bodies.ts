/** What each form holds while a person fills it in; `actions.ts` turns it into what is posted. */
import type { Casefile, Vocabulary } from '@/api/types'

export interface Judgement {
  code: string
  problem: boolean | null
  finding: string
}
export interface IncomeBody {
  wage_fen: number | null
  operating_fen: number | null
  property_fen: number | null
  transfer_fen: number | null
  operating_expense_fen: number | null
  persons: number
  period_from: string | null
  period_to: string | null
  claims_fen: number | null
  out_of_pocket_fen: number | null
}
export interface VerifyHomeBody {
  mode: 'on_site' | 'remote'
  verifiers: string[]
  income: IncomeBody
  dimensions: Judgement[]
  difficulties: Judgement[]
  risks: string[]
  risk_note: string
  persons_reason: string
  opinion: string
  recommends: boolean | null
  household_signed: { mode: 'signature' | 'fingerprint' | 'refused'; name: string; witness: string; relation: string; reason: string }
}
export interface LetterSignatureBody {
  member_id: string
  member_name: string
  signs: boolean
  mode: 'signature' | 'fingerprint' | 'guardian' | 'proxy'
  signer_name: string
  reason: string
  witness: string
}
export interface SignLetterBody {
  truthfulness: boolean
  query_authorisation: boolean
  signatures: LetterSignatureBody[]
  valid_until: string | null
}
export interface RequestCrossCheckBody {
  member_ids: string[]
  items: string[]
}
export interface AnswerCrossCheckBody {
  department: string
  answered_by: string
  discrepancies: { member_id: string; item: string; finding: string }[]
}
export interface ReuseCrossCheckBody {
  checked_on: string | null
  reference: string
  confirmed_by: string
}
export interface ResolveDiscrepancyBody {
  index: number | null
  explanation: string
  verified_by: string
  conclusion: '' | 'cleared' | 'stands' | 'referred'
  note: string
}
export interface AcknowledgeDiscrepancyBody {
  index: number | null
  note: string
}
export interface NoteBody {
  note: string
}
export interface AppraisalBody {
  place: string
  chair: string
  recorder: string
  attendance: { role: string; count: number }[]
  minutes: string
  round: number
  recused: string[]
  votes_for: number
  votes_against: number
  abstentions: number
  result: '' | 'recommend' | 'not_recommend'
  opinion: string
  conveners: string[]
  findings: FindingsBody | null
}
/** 家庭情况综合研判: asked where the pack has the meeting or the township judge without an F2 form. */
export interface FindingsBody {
  per_capita_income_fen: number | null
  previous_year_income_fen: number | null
  rigid_expenditure_fen: number | null
  rigid_clearly_exceeds: boolean
  rigid_expenditure_large: boolean
  income_dropped_sharply: boolean
  causes: string[]
  risks: string[]
  dimensions: Judgement[]
  situation: string
}
export interface SubmitToCountyBody {
  government: string
  document_number: string
  signatory: string
}
export interface NotifyTownshipBody {
  document_number: string
  township: string
}
export interface SubmitPlanBody {
  plan: string
  department: string
  submitted_on: string | null
}
export interface PostNoticeBody {
  place: string
}
export interface VerdictBody {
  outcome: '' | 'approve' | 'send_back' | 'refuse'
  opinion: string
  send_back_to: string
  ground: string
  reason: string
  /** What was found in each dimension, where the pack has each assessed; told to a refused household. */
  judgements: { code: string; problem: boolean; finding: string }[]
}
export interface ReviewBody extends VerdictBody {
  checkers: string[]
  findings: FindingsBody | null
}
export interface DecideBody extends VerdictBody {
  category: string
  document_number: string
  signatory: string
  dimensions_considered: string[]
}
export interface AnnounceBody {
  place: string
  issued_by: string
}
export interface ArchiveBody {
  national_reference: string
  collected_by: string
  entered_by: string
  reviewed_by: string
}
export interface InformBody {
  how: string
  told_by: string
}
export interface ReasonBody {
  reason: string
}
export interface EndBody {
  ending: string
  reason: string
  /** The household's signed statement, where it withdraws. */
  withdrawal: { signed_by: string; signed_on: string | null; paper_place: string }
}
export interface ExplainOverdueBody {
  clock: string
  reason: string
}

/** What a form may draw on to prefill itself. */
export interface FormContext {
  casefile: Casefile
  words: Vocabulary
  myName: string
  today: string
}

/** Twelve whole months before the month of `today`: the accounting period practice uses. */
export function twelveMonthsBefore(today: string): { from: string; to: string } {
  const [year, month] = today.split('-').map(Number) as [number, number]
  const last = new Date(Date.UTC(year, month - 1, 0))
  return { from: `${year - 1}-${String(month).padStart(2, '0')}-01`, to: last.toISOString().slice(0, 10) }
}

/** Whether the casefile's pack puts that condition on that step. */
export const asksFor = (pack: Pick<Casefile, 'asks'>, guard: string, on?: string) => pack.asks.some((one) => one.guard === guard && (!on || one.on === on))

/** An empty judgement of the household's situation by the pack's own dimensions. */
export function emptyFindings(words: Pick<Vocabulary, 'dimensions'>): FindingsBody {
  return {
    per_capita_income_fen: null,
    previous_year_income_fen: null,
    rigid_expenditure_fen: null,
    rigid_clearly_exceeds: false,
    rigid_expenditure_large: false,
    income_dropped_sharply: false,
    causes: [],
    risks: [],
    dimensions: words.dimensions.map(({ code }) => ({ code, problem: null, finding: '' })),
    situation: '',
  }
}

/** 家庭纯收入 in fen: the four kinds of income less operating expense. */
export function netIncomeFen(income: IncomeBody): number {
  const amount = (fen: number | null) => fen ?? 0
  return (
    amount(income.wage_fen) + amount(income.operating_fen) + amount(income.property_fen) + amount(income.transfer_fen) - amount(income.operating_expense_fen)
  )
}

/** 人均纯收入 in fen, rounded to the nearest fen; null without people. */
export function perCapitaFen(income: IncomeBody): number | null {
  return income.persons > 0 ? Math.round(netIncomeFen(income) / income.persons) : null
}
