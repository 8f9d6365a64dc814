import { describe, expect, it } from 'vitest'
import { standingDays, standingSentence, standingState } from './standing'

const notice = { posted_on: '2022-05-01', stands_until: '2022-05-06', may_close_from: '2022-05-07', days_required: 5, status: 'posted' as const }

describe('standing of a notice', () => {
  it('does not count the day of posting', () => {
    const days = standingDays(notice, '2022-05-03')
    expect(days.map((day) => day.on)).toEqual(['2022-05-01', '2022-05-02', '2022-05-03', '2022-05-04', '2022-05-05', '2022-05-06'])
    expect(days.map((day) => day.state)).toEqual(['past', 'past', 'today', 'future', 'future', 'future'])
  })
  it('says when the township may review', () => {
    expect(standingSentence(notice)).toBe('5月1日张贴，当天不计；公示至5月6日，5月7日起乡镇可审核')
  })
  it('has stood on the day review may begin', () => {
    expect(standingState(notice, '2022-05-06').words).toBe('还须公示 1 天')
    expect(standingState(notice, '2022-05-07').words).toBe('已满公示期')
  })
})
