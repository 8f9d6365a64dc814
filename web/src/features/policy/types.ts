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
export type Comparison = Schemas['CompareView']
export type ComparedPack = Schemas['ComparedPack']
export type ComparedGroup = Schemas['ComparedGroup']
export type ComparedRow = Schemas['ComparedRow']
export type ProvisionSide = Schemas['ProvisionSide']
export type Difference = Schemas['PackContrast']
export type AdoptionTimeline = Schemas['AdoptionTimeline']
export type JurisdictionTimeline = Schemas['JurisdictionTimeline']
export type Adoption = Schemas['AdoptionView']
export type AdoptionPreview = Schemas['AdoptionPreview']
export type NewAdoption = Schemas['NewAdoption']

/** What is done with an entry of the timeline. */
export type AdoptionAct = 'end' | 'confirm-end' | 'keep' | 'withdraw'
