/**
 * The API's shapes as the console uses them. Dates are `YYYY-MM-DD` in Asia/Shanghai, instants RFC 3339, money in fen.
 */
export type DateText = string
export type Instant = string
export type ClauseId = string
export type Level = 'village' | 'township' | 'county' | 'city' | 'province' | 'platform'

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
export interface Refusal {
  guard: string
  message: string
  clause: ClauseId | null
  earliest_on?: DateText | null
}
export interface ProblemBody {
  type: string
  title: string
  status: number
  code: string
  detail: string
  next_step?: string | null
  clause?: ClauseId | null
  refusals?: Refusal[] | null
  errors?: { field: string; message: string }[] | null
  current_version?: number | null
}

// ---- session
export interface Me {
  account: {
    id: string
    login_name: string
    display_name: string
    must_change_password: boolean
    totp_enabled: boolean
  }
  roles: Coded[]
  level: Level
  division: DivisionRef & { path: string }
  operations: string[]
  today: DateText
  demo: boolean
  policy: { id: string; title: string } | null
}
export interface DemoAccount {
  login_name: string
  password: string
  display_name: string
  role_label: string
  division_name: string
}
export interface Demo {
  demo: true
  accounts: DemoAccount[]
  today: DateText
}

// ---- organisation
export interface Division extends DivisionRef {
  level: Level
  kind: string
  child_count: number
  /** Only in search answers: the names above it. */
  path?: string
}
export interface DivisionDetail extends DivisionRef {
  level: Level
  kind: string
  path: DivisionRef[]
}

// ---- households (what these pages need)
export interface HouseholdRow {
  id: string
  code: string | null
  head_name: string
  head_id_masked: string | null
  member_count: number
  village: DivisionRef
  path: string
  household_type_label: string
  monitored: { category_label: string; status: string; identified_on: DateText | null } | null
  has_running_casefile: boolean
  open_leads: number
}

// ---- policy
export interface Clause {
  id: ClauseId
  document: string
  section: string
  quote: string
  parameters?: string | null
}
export interface Vocabulary {
  channels: (Coded & { clause?: ClauseId | null })[]
  discovery_modes: Coded[]
  declaration_means: (Coded & { proxy?: boolean })[]
  lead_outcomes: (Coded & { needs_reason: boolean; clause?: ClauseId | null })[]
  categories: (Coded & { definition?: string | null })[]
  dimensions: (Coded & { clause?: ClauseId | null })[]
  difficulty_areas: (Coded & { clause?: ClauseId | null })[]
  risk_types: Coded[]
  lawful_ends: Coded[]
  forbidden_grounds: Coded[]
  code_lists: Record<string, Coded[]>
}

// ---- clocks
export interface ClockStatus {
  id: string
  label: string
  started_on: DateText
  limit_days: number
  unit: 'natural' | 'working'
  deadline_on: DateText
  days_used: number
  /** Negative when overdue. */
  days_left: number
  ended_on?: DateText | null
  overdue: boolean
  clause: ClauseId | null
  /** The text says 一般 or 原则上: overdue asks for a reason and never blocks. */
  in_principle: boolean
  overdue_reason?: string | null
  warnings: string[]
}

// ---- leads
export interface Lead {
  id: string
  household: { id: string; head_name: string; village_name: string } | null
  reported_name: string | null
  village: DivisionRef
  channel: string
  channel_label: string
  discovery_mode: string
  received_on: DateText
  recorded_at: Instant
  description: string
  reporter?: string | null
  means?: string | null
  proxy?: { name: string; relation: string } | null
  status: 'open' | 'concluded'
  outcome?: string | null
  outcome_label?: string | null
  outcome_reason?: string | null
  concluded_on?: DateText | null
  concluded_by?: string | null
  casefile_id?: string | null
  merged_into?: string | null
  deadline_on: DateText | null
  days_left: number | null
  version: number
}
export type RegisteredLead = Lead | { merged: true; into: string; earliest_on: DateText }

// ---- casefiles
export type StepKind =
  | 'home_verification'
  | 'commitment_letter'
  | 'cross_check'
  | 'democratic_appraisal'
  | 'public_notice'
  | 'township_review'
  | 'county_decision'
  | 'announcement'
  | 'archive'
export type CasefileStage = 'running' | 'determined' | 'archived' | 'refused' | 'ended'

export interface CasefileRow {
  id: string
  household_id: string
  head_name: string
  village: DivisionRef
  stage: CasefileStage
  stage_label: string
  current_steps: { kind: string; label: string; level: Level }[]
  clock: ClockStatus | null
  category_label?: string | null
  opened_on: DateText
  version: number
}
export interface EvidenceSlot {
  code: string
  label: string
  required: boolean
  clause: ClauseId | null
  present: boolean
}
export interface StepView {
  kind: StepKind
  label: string
  level: Level
  level_label: string
  clause: ClauseId | null
  status: 'waiting' | 'open' | 'done' | 'sent_back'
  parallel: boolean
  occurred_on?: DateText | null
  recorded_at?: Instant | null
  by_name?: string | null
  late_entry: boolean
  evidence: EvidenceSlot[]
  advised_day?: number | null
  my_turn: boolean
}
export interface Todo {
  step: StepKind
  step_label: string
  level: Level
  mine: boolean
  ready: boolean
  refusals: Refusal[]
  actions: string[]
}
export interface TimelineEvent {
  seq: number
  kind: string
  step?: string | null
  label: string
  summary: string
  occurred_on: DateText
  recorded_at: Instant
  by_name: string
  deputy_of?: string | null
  late_entry: boolean
}
export interface Fact {
  label: string
  value: string
  threshold?: string | null
  met: boolean
  clause?: ClauseId | null
}
export interface Explanation {
  conclusion: { category: string; label: string } | null
  facts: Fact[]
  would_change: string[]
}
export interface Attachment {
  id: string
  file_name: string
  media_type: string
  size: number
  code: string
  created_at: Instant
}
export interface CasefileMember {
  id: string
  name: string
  relation_label: string
  age: number | null
  adult: boolean
}
/** A hit of the comparison: something for a person to judge. */
export interface Discrepancy {
  member_id: string | null
  item: string
  finding: string
  department?: string | null
  found_on?: DateText | null
  /** Arrived after the appraisal: village and township must each judge it on record. */
  late?: boolean
  resolution?: { explanation: string; verified_by: string; conclusion: string; note?: string | null } | null
  township_judgement?: string | null
}
/** A record is shown as it was posted, with who and when; fields beyond these are displayed by label. */
export type StepRecord = Record<string, unknown> & { occurred_on?: DateText; by?: string; by_name?: string }
export type Records = Partial<Record<Exclude<StepKind, 'cross_check'>, StepRecord | null>> & {
  cross_check?: (StepRecord & { member_ids?: string[]; items?: string[]; discrepancies?: Discrepancy[] }) | null
}

export interface Casefile {
  id: string
  version: number
  household: { id: string; head_name: string; member_count: number; village: DivisionRef; path: string }
  members: CasefileMember[]
  pack: { id: string; title: string; version: string }
  stage: CasefileStage
  stage_label: string
  opened_on: DateText
  category_label?: string | null
  clocks: ClockStatus[]
  steps: StepView[]
  todo: Todo[]
  records: Records
  superseded: { step: string; round: number; reason: string; on: DateText; by: string }[]
  timeline: TimelineEvent[]
  proposal: Explanation | null
  leads: Lead[]
  attachments: Attachment[]
}

export interface AppraisalResult {
  id: string
  results: { casefile_id: string; ok: boolean; version?: number | null; refusals?: Refusal[] | null }[]
}

// ---- notices (what the casefile page needs)
export interface NoticeResult {
  id: string
  stands_until?: DateText
  may_close_from?: DateText
  items: { casefile_id: string; ok?: boolean; refusals?: Refusal[] | null }[]
}

// ---- workbench
export interface WorkItem {
  kind: 'casefile' | 'lead' | 'objection' | 'import' | 'acknowledgement'
  id: string
  household_id?: string | null
  head_name: string
  village_name: string
  step: string
  step_label: string
  verb: string
  clock: ClockStatus | null
  missing: string[]
  clause: ClauseId | null
}
export interface Workbench {
  today: DateText
  mine: WorkItem[]
  waiting: WorkItem[]
  reminders: { message: string; due_on: DateText | null; link: string | null }[]
  counts: { overdue: number; due_soon: number; open_leads: number; running: number }
}
