/** Shapes of imports and exports. */

export type ImportStatus =
  | 'received' | 'checking' | 'checked' | 'in_review' | 'merging'
  | 'merged' | 'refused' | 'cancelled' | 'failed'

export type ColumnStatus = 'matched' | 'alias' | 'moved' | 'unknown' | 'duplicate' | 'missing'

export interface ImportColumn {
  header: string
  field: string | null
  field_label: string | null
  status: ColumnStatus
  required: boolean
}

export interface ImportSheet {
  name: string
  kind: string | null
  header_row: number | null
  rows: number
  columns: ImportColumn[]
}

export interface ImportCounts {
  rows: number
  households: number
  persons: number
  accepted: number
  rejected_rows: number
  errors: number
  warnings: number
  new_households: number
  changed: number
  unchanged: number
}

export interface ImportJob {
  id: string
  file_name: string
  layout: string
  status: ImportStatus
  progress: { phase: string; done: number; total: number } | null
  sheets: ImportSheet[]
  counts: ImportCounts
  /** The earlier import this file repeats byte for byte; merging it again changes nothing. */
  duplicate_of: string | null
  /** Why it stopped, in words, when it failed. */
  failure?: string | null
  created_at: string
  created_by: string
}

export type Severity = 'error' | 'warning'

export interface Finding {
  /** Empty where the finding is about the file. */
  sheet: string
  /** 1-based; 0 where the finding is about the sheet or the file. */
  row: number
  /** Letters as the spreadsheet shows them; empty where no single cell is meant. */
  column: string | null
  header: string | null
  value: string
  code: string
  message: string
  severity: Severity
  suggestion: string | null
}

export interface FindingSummary {
  code: string
  label: string
  severity: Severity
  count: number
}

export type Verdict = 'new' | 'changed' | 'unchanged' | 'rejected'

export interface PreviewRow {
  household_code: string | null
  head_name: string
  persons: number
  verdict: Verdict
  differences: { field_label: string; ours: string | null; theirs: string | null }[]
}

/** Whose value stands where the file and the register differ. */
export type ConflictRule = 'keep_ours' | 'take_theirs'
