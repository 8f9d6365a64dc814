/** Shapes of policy packs and their procedures. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type PackRow = Schemas['PackSummary']
export type Pack = Schemas['PackView']
export type PolicyValue = Schemas['ValueView']
export type Procedure = Schemas['ProcedureView']
export type ProcedureClock = Schemas['ClockView']
export type ProcedureStep = Schemas['ProcedureStepView']
export type ProcedureGuard = Schemas['GuardView']
