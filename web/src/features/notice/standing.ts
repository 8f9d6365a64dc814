/** How long a notice must stand. The day of posting is day 0 and does not count. */
import { addDays, daysBetween, formatMonthDay } from '@/components/format'
import type { Notice } from './types'

export interface StandingDay {
  on: string
  /** 0 is the day of posting. */
  number: number
  state: 'past' | 'today' | 'future'
}

/** Every day from posting to the first day on which the township may review. */
export function standingDays(notice: Pick<Notice, 'posted_on' | 'days_required'>, today: string): StandingDay[] {
  return Array.from({ length: notice.days_required + 1 }, (_, number) => {
    const on = addDays(notice.posted_on, number)
    return { on, number, state: on < today ? 'past' : on === today ? 'today' : 'future' } as const
  })
}

/** "5月1日张贴，当天不计；公示至5月6日，5月7日起乡镇可审核" */
export function standingSentence(notice: Pick<Notice, 'posted_on' | 'stands_until' | 'may_close_from' | 'days_required'>): string {
  if (!notice.days_required) return `${formatMonthDay(notice.posted_on)}张贴；公示天数文件未规定`
  return `${formatMonthDay(notice.posted_on)}张贴，当天不计；公示至${formatMonthDay(notice.stands_until)}，${formatMonthDay(notice.may_close_from)}起乡镇可审核`
}

/** What is left in words, for lists. */
export function standingState(notice: Pick<Notice, 'status' | 'may_close_from' | 'days_required'>, today: string): { words: string; tone: string } {
  if (notice.status === 'draft') return { words: '草稿', tone: '' }
  if (!notice.days_required) return { words: '公示天数文件未规定', tone: '' }
  const left = daysBetween(today, notice.may_close_from)
  if (left > 0) return { words: `还须公示 ${left} 天`, tone: 'is-now' }
  return { words: '已满公示期', tone: 'is-good' }
}
