/** Shapes of policy packs and clauses. */

export interface PackRow {
  id: string
  title: string
  version: number
  jurisdiction: string
  based_on: string | null
  effective_from: string | null
  in_force: { from: string; to: string | null; by: string } | null
  problems: number
}

export interface PolicyDocument {
  id: string
  number: string
  title: string
  issuer: string
  issued_on: string | null
  scope: string
  clause: string | null
}

export interface PolicyValue {
  group: string
  key: string
  label: string
  value: string | number | boolean | null
  clause: string | null
  source: 'practice' | 'inherited_by_practice' | null
  unstated: boolean
  /** Which pack of the stack said it. */
  layer: string
}

export interface ProcedureClock {
  id: string
  label: string
  starts: string
  ends: string
  limit_days: number | null
  unit: 'natural' | 'working' | null
  in_principle: boolean
  clause: string | null
  unstated: boolean
}

export interface ProcedureStep {
  kind: string
  label: string
  level: string
  level_label: string
  clause: string | null
  parallel: boolean
  evidence: { code: string; label: string; required: boolean; clause: string | null }[]
  advised_day: number | null
}

export interface ProcedureGuard {
  kind: string
  /** The step it guards. */
  on: string
  label: string
  number: number | null
  clause: string | null
  source: 'practice' | 'inherited_by_practice' | null
  exemptions: { code: string; label: string; clause: string | null }[]
}

export interface Procedure {
  label: string
  clause: string | null
  clocks: ProcedureClock[]
  steps: ProcedureStep[]
  guards: ProcedureGuard[]
}

export interface Pack {
  id: string
  title: string
  documents: PolicyDocument[]
  values: PolicyValue[]
  procedure: Procedure | null
}
