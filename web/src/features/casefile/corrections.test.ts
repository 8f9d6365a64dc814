import { describe, expect, it } from 'vitest'
import { isDay, shown } from './corrections'

describe('corrections', () => {
  it('shows days, texts and nothing in words', () => {
    expect(shown('2022-05-03')).toBe('2022年5月3日')
    expect(shown('测试〔2022〕1号')).toBe('测试〔2022〕1号')
    expect(shown(null)).toBe('（没有填写）')
    expect(shown(7)).toBe('7')
  })
  it('tells fields that hold a day', () => {
    expect(['occurred_on', 'signed_on', 'posted_on', 'valid_until'].every(isDay)).toBe(true)
    expect(isDay('document_number')).toBe(false)
  })
})
