import { describe, expect, it } from 'vitest'
import { emptyChange, lastTwelveMonths, missingIn, readIdNumber, workOut } from './changes'
import { altered } from './corrections'
import type { HouseholdFile } from './types'

describe('lastTwelveMonths', () => {
  it('ends with the month before the given day', () => {
    expect(lastTwelveMonths('2022-05-18')).toEqual({ from: '2021-05-01', to: '2022-04-30' })
  })
  it('crosses a year end and a leap month', () => {
    expect(lastTwelveMonths('2024-03-01')).toEqual({ from: '2023-03-01', to: '2024-02-29' })
  })
})

describe('workOut', () => {
  it('subtracts operating expenditure and leaves claims and own payments outside', () => {
    const worked = workOut({
      items: [
        { source: 'wage.migrant_work', amount_fen: 2_000_001 },
        { source: 'business_expenditure.crops', amount_fen: 200_000 },
        { source: 'outside.insurance_claim', amount_fen: 999_900 },
      ],
      counted_persons: 2,
    })
    expect(worked).toEqual({ net_fen: 1_800_001, per_capita_fen: 900_001 })
  })
})

describe('readIdNumber', () => {
  it('reads birth date and sex', () => {
    expect(readIdNumber('980327197203154512')).toEqual({ birth_on: '1972-03-15', sex: 'male' })
    expect(readIdNumber('98032719720315452x')).toEqual({ birth_on: '1972-03-15', sex: 'female' })
  })
  it('leaves anything else alone', () => {
    expect(readIdNumber('1234')).toBeNull()
  })
})

describe('missingIn', () => {
  const household = { members: [], assurances: [], address: '' } as unknown as HouseholdFile
  it('names what a birth still needs', () => {
    expect(missingIn(emptyChange('member_born', household, '2022-05-18'), household)).toEqual(['姓名', '与户主关系'])
  })
  it('asks of everybody who joins what the national sheet asks', () => {
    expect(missingIn(emptyChange('member_joined', household, '2022-05-18'), household)).toEqual(['姓名', '与户主关系', '出生日期', '健康状况', '劳动技能'])
  })
  it('asks for members and a head when a household splits', () => {
    expect(missingIn(emptyChange('split', household, '2022-05-18'), household)).toEqual(['分出去的成员', '新户的户主'])
  })
  it('asks for a new head when the head died, and for relations when a household merges', () => {
    const people = { ...household, members: [{ id: 'a', relation: 'head', status: 'active' }, { id: 'b', relation: 'spouse', status: 'active' }] } as unknown as HouseholdFile
    expect(missingIn({ kind: 'member_died', member_id: 'a', on: '2022-05-18' }, people)).toEqual(['新户主'])
    expect(missingIn({ kind: 'member_died', member_id: 'b', on: '2022-05-18' }, people)).toEqual([])
    expect(missingIn({ kind: 'merged_into', household_id: 'x', relations: { a: 'other' } }, people)).toEqual(['各人与并入户户主的关系'])
  })
})

describe('altered', () => {
  it('keeps only what differs', () => {
    expect(altered({ name: '新名', health: ['a'], labour: '' }, { name: '旧名', health: ['a'], labour: '' })).toEqual({ name: '新名' })
  })
})
