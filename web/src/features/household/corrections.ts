/** Corrections of a file: the form shows what is known, and only what was altered is sent. */
import type { HouseholdCorrection, HouseholdFile, Member, MemberCorrection } from './types'

/** Labels of a household, as the exchange writes them. */
export const TAGS = [
  { code: 'relocated', label: '易地搬迁户' },
  { code: 'safety_net_household', label: '兜底保障户' },
  { code: 'soldier_or_martyr_family', label: '军烈属' },
]
export const tagLabel = (tag: string) => TAGS.find((one) => one.code === tag)?.label ?? tag

/** What a member's file says; the number is masked, so that it is only ever typed anew. */
export function correctionOf(member: Member): MemberCorrection {
  return {
    name: member.name,
    relation: member.relation,
    sex: member.sex,
    birth_on: member.birth_on,
    document_number: '',
    ...member.codes,
    registered: member.registered,
    lives_here: member.lives_here,
    shares_income: member.shares_income,
  }
}

export function correctionOfHousehold(household: HouseholdFile): HouseholdCorrection {
  return {
    code: household.code ?? '',
    household_type: household.household_type,
    lifted_year: household.lifted_year,
    tags: [...household.tags],
    resettlement_area: household.resettlement_area,
  }
}

/** The fields of `now` that differ from `before`. */
export function altered<T extends object>(now: T, before: T): Partial<T> {
  const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => !same(value, before[key as keyof T]))) as Partial<T>
}
