/** How the line is written: amounts, comparators, what happened in which order. */
import type { LineRecords } from './types'

/** `6,900 元`: lines are whole yuan. */
export const yuan = (amount: number | null | undefined): string =>
  amount === null || amount === undefined ? '—' : `${String(amount).replace(/\B(?=(\d{3})+$)/g, ',')} 元`

/** `≤` as documents say it: 以下含本数, 低于 does not. */
export const comparatorWords = (comparator: string): string => (comparator === '<' ? '低于（不含本数）' : '以下（含本数）')

/** What a person typed as whole yuan; `null` when it is none. */
export function parseWholeYuan(text: string): number | null {
  const digits = text.replace(/[,，\s元]/g, '')
  return /^\d{1,7}$/.test(digits) ? Number(digits) : null
}

export interface LineEvent {
  label: string
  on: string
  by: string
  document: string
  note: string
}

/** Everything that was done, oldest first. */
export function eventsOf(records: LineRecords): LineEvent[] {
  const events: LineEvent[] = []
  const add = (label: string, signature: LineRecords['drafted']) => {
    if (signature) events.push({ label, on: signature.on, by: signature.name, document: signature.document_number ?? '', note: signature.note ?? '' })
  }
  add('起草', records.drafted)
  for (const back of records.sent_back ?? []) add('退回', back)
  add('送审', records.submitted)
  add('研判', records.reviewed)
  add('批准', records.approved)
  for (const filing of records.filings ?? []) {
    add(`报${filing.recipient || '上级'}备案`, filing.sent)
    add(filing.answer?.acknowledged ? '备案已收到' : '备案被退回', filing.answer?.by)
  }
  add('印发', records.published)
  add('撤回', records.withdrawn)
  // Sorting keeps the order of acts of one day.
  return events.sort((left, right) => left.on.localeCompare(right.on))
}
