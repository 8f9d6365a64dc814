import { describe, expect, it } from 'vitest'
import { addDays, daysBetween, formatDate, formatFen, formatInstant, formatYuan, parseYuan } from './format'

describe('dates', () => {
  it('are written as offices write them', () => {
    expect(formatDate('2026-05-03')).toBe('2026年5月3日')
    expect(formatDate(null)).toBe('—')
  })
  it('instants are shown in Asia/Shanghai, whatever their offset', () => {
    expect(formatInstant('2026-05-03T23:30:00Z')).toBe('2026年5月4日 07:30')
    expect(formatInstant('2026-05-03T00:05:00+08:00')).toBe('2026年5月3日 00:05')
    expect(formatInstant('no instant')).toBe('—')
  })
  it('count whole days over a year end', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
    expect(daysBetween('2026-05-01', '2026-05-16')).toBe(15)
    expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1)
  })
})

describe('money', () => {
  it('is shown in yuan with two decimals', () => {
    expect(formatYuan(690000)).toBe('6,900.00 元')
    expect(formatFen(5)).toBe('0.05')
    expect(formatFen(-123456789)).toBe('-1,234,567.89')
    expect(formatYuan(null)).toBe('—')
  })
  it.each([
    ['6900', 690000],
    ['6,900.5', 690050],
    ['0.07', 7],
    ['1.10', 110],
    ['-3.05', -305],
    ['12 元', 1200],
    ['', null],
    ['1.234', null],
    ['一千', null],
    ['99999999999999999999', null],
  ])('%s is read as %s fen', (text, fen) => expect(parseYuan(text)).toBe(fen))
  it('shown and read again is the same amount', () => {
    for (const fen of [0, 1, 99, 100, 2630000, -45]) expect(parseYuan(formatFen(fen))).toBe(fen)
  })
})
