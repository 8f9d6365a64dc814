import type { Casefile, Discrepancy } from '@/api/types'

/** What a county usually asks the departments about a household's means; offered, not prescribed. */
export const crossCheckItems = ['房产', '车辆', '大型农机具', '公职人员', '养老保险', '工商登记', '公积金', '税收', '银行存款', '理财', '股票', '投资型保险']

/** Members who signed the commitment letter, or for whom somebody did. */
export function signedMembers(casefile: Casefile): string[] {
  const signatures = casefile.records.commitment_letter?.signatures as { member_id: string }[] | undefined
  return (signatures ?? []).map((one) => one.member_id)
}

export const discrepanciesOf = (casefile: Casefile): Discrepancy[] => casefile.records.cross_check?.discrepancies ?? []

/** A hit is settled once explained, verified and concluded. */
export const settled = (one: Discrepancy) => !!one.resolution
