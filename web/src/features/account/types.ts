/** Shapes of accounts, roles, deputies and grids. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']

export type AccountRow = Schemas['AccountView']
export type RoleRequest = Schemas['RoleRequestView']
export type RoleRow = Schemas['RoleView']
export type Deputy = Schemas['DeputyView']
export type Grid = Schemas['GridView']
export type OneTimePassword = Schemas['OneTimePassword']
