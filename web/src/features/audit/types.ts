/** Shapes of the audit chain. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type AuditRecord = Schemas['AuditView']
export type Purpose = Schemas['PurposeView']
export type AuditVerification = Schemas['VerificationView']
