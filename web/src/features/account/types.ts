/** Shapes of accounts, roles, deputies and grids. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type AccountRow = Schemas['AccountView']
export type RoleRequest = Schemas['RoleRequestView']
export type RoleRow = Schemas['RoleView']
export type Deputy = Schemas['DeputyView']
export type Grid = Schemas['GridView']
export type OneTimePassword = Schemas['OneTimePassword']

/** How far a deputy has come. */
export const DEPUTY_STATES: Record<string, { label: string; mark: string }> = {
  requested: { label: '待批准', mark: '' },
  granted: { label: '已批准', mark: 'is-good' },
  refused: { label: '未批准', mark: 'is-bad' },
  withdrawn: { label: '已结束', mark: '' },
}

/** The posts somebody holds, in words. */
export const postsOf = (roles: { label: string }[], none = '无') => roles.map((role) => role.label).join('、') || none
