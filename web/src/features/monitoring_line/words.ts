/** How the line is written: amounts, comparators, what happened in which order. */
import type { Change } from '@/components/meanwhile'
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

/** What was done to a line since it was opened. A draft saved anew leaves no act of its own. */
export const lineChanges = (seen: LineRecords, fresh: LineRecords): Change[] =>
  eventsOf(fresh)
    .slice(eventsOf(seen).length)
    .map(({ by, on, label, note }) => ({ by, at: on, what: note ? `${label}，${note}` : label }))

/** Everything that was done, oldest first. */
export function eventsOf(records: LineRecords): LineEvent[] {
  const events: LineEvent[] = []
  const add = (label: string, signature: LineRecords['drafted']) => {
    if (signature) events.push({ label, on: signature.on, by: signature.name, document: signature.document_number ?? '', note: signature.note ?? '' })
  }
  const round = (acts: Pick<LineRecords, 'drafted' | 'submitted' | 'reviewed' | 'approved' | 'filings'>, amount?: number) => {
    add('起草', acts.drafted)
    if (acts.drafted && amount !== undefined) events.at(-1)!.note = `拟定 ${yuan(amount)}`
    add('送审', acts.submitted)
    add('研判', acts.reviewed)
    add('批准', acts.approved)
    for (const filing of acts.filings ?? []) {
      add(`报${filing.recipient || '上级'}备案`, filing.sent)
      add(filing.answer?.acknowledged ? '备案已收到' : '备案被退回', filing.answer?.by)
    }
  }
  // Acts before a send-back were not kept once: the last ones belong together.
  const earlier = records.earlier ?? []
  const back = records.sent_back ?? []
  const unkept = back.length - earlier.length
  back.forEach((signature, position) => {
    const acts = earlier[position - unkept]
    if (acts) round(acts, acts.amount_yuan)
    add('退回', signature)
  })
  round(records)
  add('印发', records.published)
  add('撤回', records.withdrawn)
  // Sorting keeps the order of acts of one day.
  return events.sort((left, right) => left.on.localeCompare(right.on))
}
