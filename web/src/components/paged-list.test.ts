import { describe, expect, it } from 'vitest'
import type { Page } from '@/api/types'
import { usePagedList } from './paged-list'

const page = (items: string[], next_cursor: string | null): Page<string> => ({ items, next_cursor, total: 3 })

describe('usePagedList', () => {
  it('adds the next page to the first', async () => {
    const list = usePagedList(async (cursor) => (cursor ? page(['c'], null) : page(['a', 'b'], 'more')))
    await list.reload()
    expect(list.hasMore.value).toBe(true)
    await list.loadMore()
    expect(list.items.value).toEqual(['a', 'b', 'c'])
    expect(list.hasMore.value).toBe(false)
  })

  it('drops an older answer that arrives after a newer question', async () => {
    const waiting: ((value: Page<string>) => void)[] = []
    const list = usePagedList<string>(() => new Promise((resolve) => waiting.push(resolve)))
    const older = list.reload()
    const newer = list.reload()
    waiting[1]!(page(['new'], null))
    waiting[0]!(page(['old'], null))
    await Promise.all([older, newer])
    expect(list.items.value).toEqual(['new'])
    expect(list.loading.value).toBe(false)
  })
})
