/** Shapes of the household area. The generated schema replaces this file once the server publishes it. */

import type { DivisionRef } from '@/api/types'

export type MonitoredFilter = 'running' | 'cleared' | 'none'

export interface Member {
  id: string
  name: string
  relation: string
  relation_label: string
  sex: string
  birth_on: string | null
  age: number | null
  id_number_masked: string | null
  document_type: string | null
  health: string[]
  labour_label: string | null
  education_label: string | null
  school_stage_label: string | null
  /** Registered here (户籍), lives here, shares income and expenditure: the three questions of who counts. */
  registered: boolean
  lives_here: boolean
  shares_income: boolean
  status: 'active' | 'died' | 'left'
}

export interface IncomeItem {
  source: string
  source_label: string
  kind: 'income' | 'expense'
  amount_fen: number
}

export interface IncomeStatement {
  period_from: string
  period_to: string
  items: IncomeItem[]
  net_income_fen: number
  per_capita_fen: number
  claims_fen: number
  out_of_pocket_fen: number
  counted_persons: number
  explanation: string
}

export interface AssuranceRecord {
  recorded_on: string
  housing_problem: boolean
  schooling_problem: boolean
  water_problem: boolean
  insurance_problem: boolean
  note: string
}

export interface Episode {
  id: string
  category_label: string
  status: 'running' | 'cleared'
  identified_on: string
  cleared_on: string | null
  origin: 'imported' | 'casefile'
  evidence_note: string | null
  risks: string[]
  casefile_id: string | null
}

export interface HouseholdFile {
  id: string
  version: number
  code: string | null
  village: DivisionRef
  path: string
  grid: { id: string; name: string } | null
  address: string
  phone_masked: string | null
  household_type: string
  household_type_label: string
  lifted_status: string | null
  head_name: string
  members: Member[]
  income: IncomeStatement[]
  assurances: AssuranceRecord[]
  tags: string[]
  episodes: Episode[]
  casefiles: { id: string; status_label: string; opened_on: string }[]
  leads: { id: string; channel_label: string; received_on: string; status_label: string }[]
  findings: { code: string; message: string; severity: 'error' | 'warning' | 'notice' }[]
  as_of: string | null
}

export interface VersionRow {
  version: number
  effective_on: string
  recorded_at: string
  reason: string
  collected_by: string
  entered_by: string
  reviewed_by: string | null
  source: string
}

export interface MemberInput {
  name: string
  relation: string
  sex: 'male' | 'female'
  birth_on: string
  document_number?: string
  registered: boolean
  lives_here: boolean
  shares_income: boolean
}

export interface IncomeStatementInput {
  period_from: string
  period_to: string
  /** Only sources with an amount. */
  items: { source: string; amount_fen: number }[]
  counted_persons: number
  claims_fen: number
  out_of_pocket_fen: number
}

/** One change of a household; the server stores it as a new version. */
export type Change =
  | { kind: 'member_born' | 'member_joined'; member: MemberInput }
  | { kind: 'member_died' | 'member_left'; member_id: string; on: string; note: string }
  | { kind: 'moved'; village: string }
  | { kind: 'contact'; address?: string; phone?: string }
  | { kind: 'income'; statement: IncomeStatementInput }
  | { kind: 'assurances'; record: AssuranceRecord }
  | { kind: 'split'; member_ids: string[]; new_head_id: string; village?: string }
  | { kind: 'merged_into'; household_id: string }

export type ChangeKind = Change['kind']

export interface ChangeRequest {
  expected_version: number
  effective_on: string
  reason: string
  collected_by: string
  reviewed_by?: string
  change: Change
}
