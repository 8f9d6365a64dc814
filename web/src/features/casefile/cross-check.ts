import type { Casefile, Discrepancy } from '@/api/types'

/** Members who signed the commitment letter, or for whom somebody did. */
export function signedMembers(casefile: Casefile): string[] {
  const signatures = casefile.records.commitment_letter?.signatures as { member_id: string }[] | undefined
  return (signatures ?? []).map((one) => one.member_id)
}

export const discrepanciesOf = (casefile: Casefile): Discrepancy[] => casefile.records.cross_check?.discrepancies ?? []

/** A hit is settled once explained, verified and concluded. */
export const settled = (one: Discrepancy) => !!one.resolution
