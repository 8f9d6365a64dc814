/** Shapes of imports and exports, taken from the generated description. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** The description says text; these are the states an import has. */
export type ImportStatus =
  | 'received' | 'checking' | 'checked' | 'in_review' | 'merging'
  | 'merged' | 'refused' | 'cancelled' | 'failed'
export type Verdict = 'new' | 'changed' | 'unchanged' | 'rejected'

export type ImportJob = Omit<Schemas['ImportView'], 'status'> & { status: ImportStatus }
export type ImportSheet = Schemas['ImportSheet']
export type ImportColumn = Schemas['ImportColumn']
export type ColumnStatus = Schemas['ColumnStatus']
export type Finding = Schemas['ImportFinding']
export type FindingSummary = Schemas['ImportFindingCount']
export type Severity = Schemas['Severity']
export type PreviewRow = Omit<Schemas['ImportPreview'], 'verdict'> & { verdict: Verdict }
export type Export = Schemas['ExportView']
export type ConflictRule = Schemas['ConflictRule']
