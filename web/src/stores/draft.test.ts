import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { Me } from '@/api/types'
import { draftKey, forgetDrafts, useDraft } from './draft'
import { useSessionStore } from './session'

const start = () => ({ opinion: '', income: { wage_fen: null as number | null } })
function signInAs(id: string) {
  useSessionStore().me = { account: { id } } as Me
}

beforeEach(() => {
  sessionStorage.clear()
  setActivePinia(createPinia())
  signInAs('one')
})

describe('unsaved work', () => {
  it('comes back after the page was left, nested fields too', async () => {
    const first = useDraft('casefile.1.verify_home', start)
    first.body.opinion = '情况属实'
    first.body.income.wage_fen = 1200
    await nextTick()
    const second = useDraft('casefile.1.verify_home', start)
    expect([second.restored.value, second.body.opinion, second.body.income.wage_fen]).toEqual([true, '情况属实', 1200])
  })
  it('is not written before the person typed anything', () => {
    useDraft('casefile.1.verify_home', start)
    expect(sessionStorage.length).toBe(0)
  })
  it('is gone once saved, and stays gone', async () => {
    const draft = useDraft('casefile.1.verify_home', start)
    draft.body.opinion = '情况属实'
    await nextTick()
    draft.clear()
    await nextTick()
    expect([sessionStorage.length, draft.body.opinion]).toEqual([0, ''])
  })
  it('can be begun again after it was saved', async () => {
    const draft = useDraft('casefile.1.resolve_discrepancy', start)
    draft.clear()
    draft.body.opinion = '第二条'
    await nextTick()
    expect(useDraft('casefile.1.resolve_discrepancy', start).body.opinion).toBe('第二条')
  })
  it('belongs to one account, one casefile and one act', async () => {
    const draft = useDraft('casefile.1.verify_home', start)
    draft.body.opinion = '情况属实'
    await nextTick()
    expect(useDraft('casefile.2.verify_home', start).restored.value).toBe(false)
    signInAs('two')
    expect(useDraft('casefile.1.verify_home', start).restored.value).toBe(false)
  })
  it('that cannot be read is treated as none', () => {
    sessionStorage.setItem(draftKey('one', 'casefile.1.decide'), '{')
    expect(useDraft('casefile.1.decide', start).restored.value).toBe(false)
  })
  it('leaves the machine on signing out', async () => {
    const draft = useDraft('casefile.1.verify_home', start)
    draft.body.opinion = '情况属实'
    await nextTick()
    sessionStorage.setItem('other', 'kept')
    forgetDrafts()
    expect(Object.keys(sessionStorage)).toEqual(['other'])
  })
})
