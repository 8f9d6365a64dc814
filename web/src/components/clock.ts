import type { ClockStatus } from '@/api/types'
import { formatDate } from './format'

export type ClockTone = 'calm' | 'soon' | 'overdue' | 'ended'

/** From this many days left the clock is shown as "soon". */
export const soonFromDays = 3

/** `天` for natural days, `个工作日` for working days. */
export const dayUnit = (clock: Pick<ClockStatus, 'unit'>) => (clock.unit === 'working' ? '个工作日' : '天')

export function clockTone(clock: ClockStatus): ClockTone {
  if (clock.ended_on) return 'ended'
  if (clock.overdue || clock.days_left < 0) return 'overdue'
  return clock.days_left <= soonFromDays ? 'soon' : 'calm'
}

/** The short words of the badge: colour is never the only sign. */
export function clockWords(clock: ClockStatus): string {
  if (clock.limit_days == null) return dueWords(clock)
  const unit = dayUnit(clock)
  switch (clockTone(clock)) {
    case 'ended':
      return clock.overdue ? `用时 ${clock.days_used} ${unit}，超期办结` : `用时 ${clock.days_used} ${unit}办结`
    case 'overdue':
      return `已超期 ${Math.max(-clock.days_left, 1)} ${unit}`
    default:
      return clock.days_left === 0 ? '今天到期' : `剩 ${clock.days_left} ${unit}`
  }
}

/** The words where the document gives a last day and counts no days. */
function dueWords(clock: ClockStatus): string {
  const due = `截止 ${formatDate(clock.deadline_on)}`
  switch (clockTone(clock)) {
    case 'ended':
      return clock.overdue ? `${due}，过期办结` : `${due}，已按时办结`
    case 'overdue':
      return `${due}，已过 ${-clock.days_left} 天`
    default:
      return clock.days_left === 0 ? `${due}，就是今天` : `${due}，还有 ${clock.days_left} 天`
  }
}

/** The whole sentence, for the tooltip and for screen readers. */
export function clockSentence(clock: ClockStatus): string {
  if (clock.limit_days == null) return `${clock.label}：${dueWords(clock)}`
  const unit = dayUnit(clock)
  const limit = `${clock.in_principle ? '一般' : ''}不超过 ${clock.limit_days} ${unit}`
  const used = `${formatDate(clock.started_on)}起算，${limit}，已用 ${clock.days_used} ${unit}`
  return `${clock.label}：${used}，${formatDate(clock.deadline_on)}到期，${clockWords(clock)}`
}

/** Share of the limit already used, 0 to 100. */
export function clockPercent(clock: ClockStatus): number {
  return clock.limit_days ? Math.min(100, Math.max(0, Math.round((clock.days_used / clock.limit_days) * 100))) : 100
}
