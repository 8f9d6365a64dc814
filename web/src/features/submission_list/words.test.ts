import { describe, expect, it } from 'vitest'
import { actOf, answerErrors, countWords, emptyAnswer, formatMonth, monthsShown, portions } from './words'
import type { ListItem } from './types'

const item = (proposed: string | null) => ({ proposed_category: proposed }) as ListItem
const body = (over: object) => ({ ...emptyAnswer('2022-05-07', ['risk']), ...over })

describe('answers in bulk', () => {
  it('asks for what the outcome needs', () => {
    expect(Object.keys(answerErrors(body({}), 'township_review', []))).toEqual(['outcome', 'checkers'])
    expect(answerErrors(body({ outcome: 'approve', checkers: ['甲'] }), 'township_review', [])).toEqual({})
    expect(Object.keys(answerErrors(body({ outcome: 'refuse', checkers: ['甲'] }), 'township_review', []))).toEqual(['ground', 'reason'])
    expect(Object.keys(answerErrors(body({ outcome: 'send_back', checkers: ['甲'], reason: '票据不全' }), 'township_review', []))).toEqual(['send_back_to'])
  })
  it('approves each household in its own proposed category, or all in the one chosen', () => {
    const approve = body({ outcome: 'approve', document_number: '文1号', signatory: '丙' })
    expect(answerErrors(approve, 'county_decision', [item('a'), item(null)])).toHaveProperty('category')
    expect(actOf(approve, 'county_decision', item('a'))).toMatchObject({ type: 'decide', category: 'a', signed_on: '2022-05-07', reason: null })
    expect(actOf({ ...approve, category: 'b' }, 'county_decision', item('a'))).toMatchObject({ category: 'b' })
  })
  it('sends no ground with a send-back and no reason with an approval', () => {
    const back = body({ outcome: 'send_back', send_back_to: 'public_notice', ground: 'no_risk', reason: '票据不全', opinion: '同意', checkers: [' 甲 ', ''] })
    expect(actOf(back, 'township_review', item(null))).toEqual({
      type: 'review', outcome: 'send_back', send_back_to: 'public_notice', ground: null, reason: '票据不全', opinion: '', checkers: ['甲'],
    })
  })
})

it('splits long work into portions', () => {
  expect(portions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(portions([], 2)).toEqual([])
})

it('says months and counts in words', () => {
  expect(formatMonth('2020-06')).toBe('2020年6月')
  expect(formatMonth(null)).toBe('')
  expect(countWords({ open: 2, approved: 3, sent_back: 0, refused: 1, ended: 0, acknowledged: 0 }, false)).toBe('待答复 2 · 同意 3 · 不予纳入 1')
})

describe('months without a list', () => {
  it('names the oldest and every month that takes somebody', () => {
    const months = [0, 0, 0, 0, 0, 0, 2].map((candidates, position) => ({ month: `2022-0${position + 1}`, candidates }))
    expect(monthsShown(months).map((one) => one.month)).toEqual(['2022-01', '2022-02', '2022-03', '2022-04', '2022-07'])
    expect(monthsShown([])).toEqual([])
  })
})
