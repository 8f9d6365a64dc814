/** The household area's shapes under short names, taken from the generated description. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type HouseholdRow = Schemas['HouseholdRowView']
export type HouseholdFile = Schemas['HouseholdView']
export type Member = Schemas['MemberView']
export type IncomeView = Schemas['IncomeView']
export type AssuranceRecord = Schemas['AssuranceRecord']
export type VersionRow = Schemas['VersionView']
export type Handover = Schemas['HandoverView']
export type SavedHousehold = Schemas['SavedHousehold']

export type MemberInput = Schemas['NewMember']
export type IncomeStatementInput = Schemas['IncomeStatement']
export type NewHousehold = Schemas['NewHousehold']

/** One change of a household; the server stores it as a new version. */
export type Change = Schemas['Change']
export type ChangeKind = Change['kind']
export type ChangeRequest = Schemas['ChangeHousehold']
export type MemberCorrection = Schemas['MemberCorrection']
export type HouseholdCorrection = Schemas['HouseholdCorrection']
