/** Shapes of the yearly line: list, one line with its records, calculation, receipts, counts. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type LinesView = Schemas['LinesView']
export type LineSummary = Schemas['LineSummary']
export type LineView = Schemas['LineView']
export type LineDraft = Schemas['Draft']
export type LineRules = Schemas['LineRulesView']
export type CalculationInput = Schemas['CalculationInput']
export type CalculationView = Schemas['CalculationView']
export type Calculation = Schemas['Calculation']
export type InputKind = Schemas['InputKindView']
export type LineAction = Schemas['LineAction']
export type LineRecords = Schemas['LineRecords']
export type Receipt = Schemas['ReceiptView']
export type WhatIf = Schemas['WhatIf']
export type WhatIfCounts = Schemas['WhatIfCounts']
