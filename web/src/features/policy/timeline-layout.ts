/** Where the entries of a jurisdiction stand on a common time axis. */
import { addDays } from '@/components/format'
import type { Adoption, AdoptionTimeline } from './types'

export interface Bar {
  id: string
  kind: 'entry' | 'gap' | 'overlap'
  phase: string
  label: string
  /** Per cent of the axis. */
  left: number
  width: number
  openEnd: boolean
}

export interface Axis {
  from: string
  until: string
  /** Position of a day, in per cent. */
  at: (day: string) => number
  years: { year: string; at: number }[]
}

const dayNumber = (day: string) => Date.parse(`${day}T00:00:00Z`) / 86_400_000

/** From the first day anything was in force to half a year after the last date named. */
export function axisOf(timeline: AdoptionTimeline): Axis {
  const dates = timeline.jurisdictions.flatMap((place) => place.entries.flatMap((entry) => [entry.from, entry.until])).filter((day): day is string => !!day)
  dates.push(timeline.today)
  dates.sort()
  const from = addDays(dates[0]!, -30)
  const until = addDays(dates[dates.length - 1]!, 180)
  const span = dayNumber(until) - dayNumber(from)
  const at = (day: string) => Math.min(100, Math.max(0, ((dayNumber(day) - dayNumber(from)) / span) * 100))
  const years = []
  for (let year = Number(from.slice(0, 4)) + 1; year <= Number(until.slice(0, 4)); year += 1) years.push({ year: String(year), at: at(`${year}-01-01`) })
  return { from, until, at, years }
}

/** What is in force, what is missing, what is claimed twice; drafts and withdrawn entries are only listed. */
export function barsOf(place: AdoptionTimeline['jurisdictions'][number], axis: Axis): Bar[] {
  const bar = (id: string, kind: Bar['kind'], phase: string, label: string, from: string, until: string | null | undefined): Bar => {
    const left = axis.at(from)
    return { id, kind, phase, label, left, width: Math.max(0.6, axis.at(until ?? axis.until) - left), openEnd: !until }
  }
  return [
    ...place.entries.filter((entry) => entry.status === 'in_force').map((entry) => bar(entry.id, 'entry', entry.phase, entry.pack_title, entry.from, entry.until)),
    ...place.gaps.map((gap) => bar(`gap-${gap.from}`, 'gap', '', gap.covered_by ? '空档' : '无政策包', gap.from, gap.until)),
    ...place.overlaps.map((days) => bar(`overlap-${days.from}`, 'overlap', '', '重叠', days.from, days.until)),
  ]
}

export const PHASE_WORDS: Record<string, string> = { draft: '草稿', upcoming: '将执行', running: '执行中', past: '已停用', withdrawn: '已撤回' }
export const EVENT_WORDS: Record<string, string> = { drafted: '起草', put_in_force: '启用', end_proposed: '提出停用日期', kept: '不再停用', ended: '定停用日期', reopened: '恢复执行', withdrawn: '撤回' }

/** `2022年4月27日起` or `2022年4月27日起，到2025年1月1日之前`. */
export const periodWords = (entry: Pick<Adoption, 'from' | 'until'>, format: (day: string | null | undefined) => string) =>
  `${format(entry.from)}起${entry.until ? `，到${format(entry.until)}之前` : ''}`
