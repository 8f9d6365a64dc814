/** Shapes of supervision: counts by division, where it sticks, what is overdue. */

export interface ChildStatus {
  division: { code: string; name: string; level: string }
  open_leads: number
  running: number
  overdue: number
  due_soon: number
  determined: number
  refused: number
  average_days: number | null
  sticking_step: { kind: string; label: string; count: number } | null
}

export interface StepLoad {
  kind: string
  label: string
  count: number
  overdue: number
}

export interface SupervisionView {
  division: { code: string; name: string; level: string }
  children: ChildStatus[]
  steps: StepLoad[]
  refreshed_at: string
}

export interface OverdueRow {
  casefile_id: string
  village_name: string
  head_name_masked: string
  step_label: string
  days_overdue: number
  reason: string | null
}

/** What a supervisor sees of a casefile after saying why: masked, no documents. */
export interface MaskedCasefile {
  id: string
  household: { head_name: string; member_count: number; path: string }
  stage_label: string
  opened_on: string
  steps: { kind: string; label: string; level_label: string; status: string; occurred_on: string | null; clause: string | null }[]
  timeline: { seq: number; label: string; summary: string; occurred_on: string; late_entry: boolean }[]
}
