/**
 * The API's shapes under the names the pages use, taken from the generated description (`npm run api`).
 * Dates are `YYYY-MM-DD` in Asia/Shanghai, instants RFC 3339, money in fen.
 */
import type { components } from './schema'

type Schemas = components['schemas']

export type DateText = string
export type Instant = string
export type ClauseId = string

export interface Coded {
  code: string
  label: string
}
export interface DivisionRef {
  code: string
  name: string
}
export interface Page<T> {
  items: T[]
  next_cursor: string | null
  total: number
}

// ---- problems
export type Refusal = Schemas['Refusal']
/** As sent, except that a proxy in between may have answered with less. */
export type ProblemBody = Omit<Schemas['Problem'], 'refusals' | 'errors'> & {
  clause?: ClauseId | null
  refusals?: Refusal[] | null
  errors?: Schemas['FieldError'][] | null
}

// ---- session
export type Me = Schemas['Me']
export type DemoAccount = Schemas['DemoAccountView']
export type Demo = Schemas['DemoInfo']
export type TotpSecret = Schemas['TotpSecret']

// ---- organisation
export type Level = Schemas['Level']
export type Division = Schemas['DivisionView']
/** The path as codes and names, which a way up needs; the description still says one string. */
export type DivisionDetail = Omit<Schemas['DivisionView'], 'path'> & { path: DivisionRef[] }

// ---- households
/** With what the list is to tell besides; pages show nothing where the server does not send it. */
export type HouseholdRow = Schemas['HouseholdRowView'] & {
  head_id_masked: string | null
  path: string
}

// ---- policy
export type Clause = Schemas['ClauseView']
/**
 * A choice of the pack in force. `flag`: a lead outcome needs a reason, a declaration is made by a proxy, a channel
 * starts the clock. `note`: the definition of a category.
 */
export type CodeLabel = Schemas['CodeLabel']
export type Vocabulary = Schemas['Vocabulary']

// ---- clocks
export type ClockStatus = Schemas['ClockStatus']

// ---- leads
export type Lead = Schemas['LeadView']
export type RegisteredLead = Schemas['RegisteredLead']
export type Complaint = Schemas['ComplaintView']

// ---- casefiles
export type StepKind = Schemas['StepKind']
export type CasefileStage = Schemas['Stage']['stage']
export type CasefileRow = Schemas['CasefileRow']
export type EvidenceSlot = Schemas['EvidenceView']
export type StepView = Schemas['StepView']
export type Todo = Schemas['Todo']
export type TimelineEvent = Schemas['EventView']
export type Fact = Schemas['Fact']
export type Explanation = Schemas['Explanation']
export type Attachment = Schemas['AttachmentView']
export type CasefileMember = Schemas['CasefileMember']
export type Discrepancy = Schemas['Discrepancy']
export type Records = Schemas['Records']
export type StageDetail = Schemas['Stage']
export type Superseded = Schemas['Superseded']
export type Casefile = Schemas['CasefileView']
export type ItemResult = Schemas['ItemResult']
/** Answer of `POST /appraisals`; `POST /notices` answers with a notice that has `results` too. */
export type BulkResult = Schemas['BulkResult']

// ---- workbench
export type WorkItem = Schemas['WorkItem']
export type Workbench = Schemas['Workbench']
