/** Shapes of papers (文书), their templates and protected names. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type PaperOption = Schemas['PaperOption']
export type PaperSubject = Schemas['PaperSubject']
export type PaperKind = Schemas['PaperKind']
export type TemplateKind = Schemas['PaperTemplateKindView']
export type TemplateVersion = Schemas['PaperTemplateVersionView']
export type NameProtection = Schemas['NameProtectionView']
