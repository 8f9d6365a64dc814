import { beforeEach, describe, expect, it, vi } from 'vitest'
import { reactive } from 'vue'
import { api } from '@/api/client'
import { sameFilters, useSavedViews, type SavedView } from './saved-views'

const view = (id: string, query: Record<string, string>, opens_first = false, page = 'lead'): SavedView => ({ id, page, name: id, query, opens_first })
const stored = [view('热线', { status: 'open', channel: 'hotline' }), view('全部', { status: '' }, true), view('别处', {}, true, 'casefile')]

describe('saved views', () => {
  beforeEach(() => {
    vi.restoreAllMocks()
    vi.spyOn(api, 'get').mockResolvedValue(stored)
  })

  const page = (start: Record<string, string | undefined>) => {
    const filters = reactive<Record<string, string | undefined>>(start)
    const views = useSavedViews('lead', () => filters, (query) => {
      for (const name of Object.keys(filters)) filters[name] = query[name]
    })
    return { filters, views }
  }

  it('opens a page asked for without filters with the view that opens first', async () => {
    const { filters, views } = page({ status: 'open', channel: undefined })
    await views.open(false)
    expect(filters.status).toBe('')
    expect(views.views.value.map((one) => one.id)).toEqual(['热线', '全部'])
  })

  it('leaves filters alone that somebody asked for, and knows which view they are', async () => {
    const { filters, views } = page({ status: 'open', channel: 'hotline' })
    await views.open(true)
    expect(filters.channel).toBe('hotline')
    expect(views.same.value?.id).toBe('热线')
  })

  it('keeps a chosen view in mind after its filters were changed', async () => {
    const { filters, views } = page({ status: 'open', channel: undefined })
    await views.open(true)
    await views.choose(stored[0]!)
    filters.channel = 'petition'
    expect(views.same.value).toBeNull()
    expect(views.chosen.value?.id).toBe('热线')
  })

  it('works without views when they cannot be loaded', async () => {
    vi.spyOn(api, 'get').mockRejectedValue(new Error('down'))
    const { filters, views } = page({ status: 'open' })
    await views.open(false)
    expect(filters.status).toBe('open')
  })

  it('takes an empty filter and none for the same', () => {
    expect(sameFilters({ a: '', b: '1' }, { b: '1' })).toBe(true)
    expect(sameFilters({ a: '2' }, { a: '1' })).toBe(false)
  })
})
