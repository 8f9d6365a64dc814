/** Shapes of accounts, roles, deputies and grids. */
import type { DivisionRef } from '@/api/types'

export interface AccountRow {
  id: string
  login_name: string
  display_name: string
  disabled: boolean
  roles: { code: string; label: string }[]
  /** Absent for accounts of the platform: administrators, policy officers. */
  division: DivisionRef | null
  last_sign_in_at: string | null
  totp_enabled: boolean
}

export interface RoleRow {
  code: string
  label: string
  level: string
  operations: string[]
}

export interface Deputy {
  id: string
  deputy_id: string
  deputy_name: string
  from: string
  to: string
  reason: string
}

export interface Grid {
  id: string
  name: string
  village: string
  worker_account_id: string | null
  worker_name: string | null
  staff_kind: string
  household_count: number
}
