import { describe, expect, it } from 'vitest'
import type { ClockStatus } from '@/api/types'
import { clockPercent, clockSentence, clockTone, clockWords } from './clock'

const clock = (change: Partial<ClockStatus> = {}): ClockStatus => ({
  id: 'identification',
  label: '线索到县级审批',
  started_on: '2022-05-01',
  limit_days: 15,
  unit: 'natural',
  deadline_on: '2022-05-16',
  days_used: 9,
  days_left: 6,
  overdue: false,
  clause: 'HN22-060',
  in_principle: true,
  warnings: [],
  ...change,
})

describe('clock badge', () => {
  it('says the days left', () => expect(clockWords(clock())).toBe('剩 6 天'))
  it('is calm until three days are left, then soon, on the last day still in time', () => {
    expect(clockTone(clock({ days_used: 11, days_left: 4 }))).toBe('calm')
    expect(clockTone(clock({ days_used: 12, days_left: 3 }))).toBe('soon')
    const last = clock({ days_used: 15, days_left: 0 })
    expect([clockTone(last), clockWords(last)]).toEqual(['soon', '今天到期'])
  })
  it('is overdue from the day after', () => {
    const late = clock({ days_used: 16, days_left: -1, overdue: true })
    expect([clockTone(late), clockWords(late), clockPercent(late)]).toEqual(['overdue', '已超期 1 天', 100])
  })
  it('stops when ended, and still says that it was late', () => {
    expect(clockWords(clock({ ended_on: '2022-05-10' }))).toBe('用时 9 天办结')
    expect(clockWords(clock({ ended_on: '2022-05-18', days_used: 17, days_left: -2, overdue: true }))).toBe('用时 17 天，超期办结')
  })
  it('names working days as such', () => expect(clockWords(clock({ unit: 'working' }))).toBe('剩 6 个工作日'))
  it('tells the whole story in one sentence', () =>
    expect(clockSentence(clock())).toBe('线索到县级审批：2022年5月1日起算，一般不超过 15 天，已用 9 天，2022年5月16日到期，剩 6 天'))
})
