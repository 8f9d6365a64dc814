import { describe, expect, it } from 'vitest'
import type { Casefile } from '@/api/types'
import { askedAt } from './evidence'

const slot = (code: string, present: boolean, required = true) => ({ code, label: code, required, present, by_reference: false }) as Casefile['steps'][number]['evidence'][number]
const step = (kind: string, status: string, evidence: ReturnType<typeof slot>[]) => ({ kind, status, label: kind, evidence }) as unknown as Casefile['steps'][number]
const steps = [
  step('home_verification', 'done', [slot('form', false), slot('photo', false, false)]),
  step('township_review', 'done', [slot('proposed_list', false), slot('checked', true)]),
  step('announcement', 'waiting', [slot('announcement_text', false)]),
  step('archive', 'ready', [slot('form', false), slot('national_entry', false)]),
]
const codes = (kind: string) => askedAt({ steps }, kind).map(({ slots }) => slots.map(({ code }) => code))

describe('what is asked for', () => {
  it('at a step is its own', () => expect(codes('home_verification')).toEqual([['form', 'photo']]))
  it('at the archive is also what the steps before it lack, each once', () => expect(codes('archive')).toEqual([['form', 'national_entry'], ['proposed_list']]))
})
