/** Shapes of supervision: counts by division, where it sticks, what is overdue. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type SupervisionView = Schemas['SupervisionView']
export type DivisionCounts = Schemas['DivisionCounts']
export type StepCounts = Schemas['StepCounts']
export type OverdueRow = Schemas['OverdueRow']
/** A casefile as a supervisor sees it after saying why: names masked by the server. */
export type MaskedCasefile = Schemas['CasefileView']
