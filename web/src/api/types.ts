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
    /** One of the roles makes a second factor compulsory. */
    totp_required?: boolean
    deputy_of?: string | null
  }
  roles: Coded[]
  level: Level
  /** Administrators of the platform belong to no division. */
  division: (DivisionRef & { path: string }) | null
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
  head_id_masked?: string | null
  member_count: number
  village: DivisionRef
  path?: string
  household_type_label: string
  monitored: { category_label: string; status: string; identified_on: DateText | null } | null
  has_running_casefile: boolean
  open_leads: number
}

// ---- policy
export interface Clause {
  id: ClauseId
  document: string
  document_title?: string
  section: string
  quote: string
  parameters?: string | null
}
/** A choice of the pack in force. */
export interface CodeLabel extends Coded {
  clause?: ClauseId | null
  /** Lead outcomes: needs a reason. Declaration means: done by a proxy. Channels: starts the clock. */
  flag?: boolean
  /** Categories: the definition. */
  note?: string
}
export interface Vocabulary {
  channels: CodeLabel[]
  discovery_modes: CodeLabel[]
  declaration_means: CodeLabel[]
  lead_outcomes: CodeLabel[]
  categories: CodeLabel[]
  dimensions: CodeLabel[]
  difficulty_areas: CodeLabel[]
  risk_types: CodeLabel[]
  lawful_ends: CodeLabel[]
  forbidden_grounds: CodeLabel[]
  grid_staff: CodeLabel[]
  code_lists: Record<string, CodeLabel[]>
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
export interface RegisteredLead {
  lead: Lead
  /** An open lead on the household took this one in. */
  merged: boolean
  into: string | null
  /** The clock runs from it. */
  earliest_on: DateText | null
}

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
  current_steps: { kind: string; label: string; level: Level; verb?: string; ready?: boolean; mine?: boolean }[]
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
  recorded_on?: DateText | null
  by_name?: string | null
  late_entry: boolean
  evidence: EvidenceSlot[]
  advised_day?: number | null
  my_turn: boolean
}
export interface Todo {
  step: StepKind
  step_label: string
  /** What to do, as a person would say it. */
  verb: string
  clause?: ClauseId | null
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
  /** Always said: the machine proposes, a named person decides. */
  note?: string
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

/** What a stage carries that only it has. */
export interface StageDetail {
  stage: CasefileStage
  by_step?: StepKind
  ground?: string
  reason?: string
  refused_on?: DateText
  informed?: { on: DateText; how: string; told_by: string } | null
  recheck_requested?: { on: DateText; reason: string } | null
  ending?: string
  ended_on?: DateText
}

/** Records put aside by a send-back, kept as they were. */
export interface Superseded {
  sent_back_to: StepKind
  by_step: StepKind
  reason: string
  on: DateText
  by_name: string
  records: Records
}

export interface Casefile {
  id: string
  version: number
  household: { id: string; head_name: string; member_count: number; household_type_label?: string; village: DivisionRef; path: string }
  members: CasefileMember[]
  pack: { id: string; title: string; version: number }
  stage: CasefileStage
  stage_label: string
  stage_detail?: StageDetail
  opened_on: DateText
  category_label?: string | null
  clocks: ClockStatus[]
  steps: StepView[]
  todo: Todo[]
  records: Records
  superseded: Superseded[]
  timeline: TimelineEvent[]
  proposal: Explanation | null
  leads: { id: string; channel: string; received_on: DateText }[]
  attachments: Attachment[]
  /** Round the next appraisal would be. */
  next_round: number
}

/** How one household of a bulk act fared. */
export interface ItemResult {
  casefile_id: string
  ok: boolean
  version?: number | null
  refusals?: Refusal[] | null
  /** Plain words where the reason is no refusal, e.g. somebody was faster. */
  message?: string | null
}
/** Answer of `POST /appraisals` and `POST /notices`. */
export interface BulkResult {
  id: string
  results: ItemResult[]
}

// ---- workbench
export interface WorkItem {
  kind: 'casefile' | 'lead' | 'objection' | 'import' | 'acknowledgement'
  id: string
  household_id?: string | null
  head_name: string
  village_name: string
  step: string | null
  step_label: string
  verb: string
  /** Whose turn it is; absent where it is one's own but not ready. */
  waiting_for?: string | null
  clock: ClockStatus | null
  /** Of a lead that has no casefile yet. */
  days_left?: number | null
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
