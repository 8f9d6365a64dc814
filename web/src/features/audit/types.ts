/** Shapes of the audit chain. */

export interface AuditRecord {
  seq: number
  chain: string
  at: string
  actor_name: string
  operation: string
  subject: string
  detail: string
  digest: string
}

export interface AuditVerification {
  ok: boolean
  records: number
  checkpoints: number
  problems: string[]
}
