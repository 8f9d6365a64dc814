import { expect, test } from 'vitest'
import { differs, shownFigure } from './figures'

test('only two numbers that are not the same differ', () => {
  expect(differs({ reported: '410', counted: 412 })).toBe(true)
  expect(differs({ reported: '410', counted: 410 })).toBe(false)
  expect(differs({ reported: null, counted: 410 })).toBe(false)
  expect(differs({ reported: '2', counted: null })).toBe(false)
})

test('numbers are grouped, words stay words, nothing says so', () => {
  expect(shownFigure('12345')).toBe('12,345')
  expect(shownFigure('是')).toBe('是')
  expect(shownFigure(null)).toBe('未填')
})
