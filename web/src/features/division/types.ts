/** Shapes of villages as a whole, taken from the generated description. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type VillageRecord = Schemas['VillageRecordView']
export type VillageSummary = Schemas['VillageRecordSummary']
export type VillageFigure = Schemas['VillageFigure']
export type VillageReport = Schemas['VillageReport']
