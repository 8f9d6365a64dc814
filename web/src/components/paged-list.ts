/** Keyset paging for any list: first page, next pages, and the states in between. */
import { computed, ref, shallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import type { Page } from '@/api/types'

export function usePagedList<T>(fetchPage: (cursor: string | null) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const total = ref(0)
  const nextCursor = ref<string | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let newest = 0

  async function load(cursor: string | null) {
    const mine = ++newest
    loading.value = true
    problem.value = null
    try {
      const page = await fetchPage(cursor)
      // An older answer that arrives late must not replace what was asked for since.
      if (mine !== newest) return
      items.value = cursor === null ? page.items : [...items.value, ...page.items]
      total.value = page.total
      nextCursor.value = page.next_cursor
      loaded.value = true
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error)
    } finally {
      if (mine === newest) loading.value = false
    }
  }

  /** Back to "nothing asked yet". */
  function clear() {
    newest += 1
    items.value = []
    total.value = 0
    nextCursor.value = null
    loading.value = false
    loaded.value = false
    problem.value = null
  }

  return {
    items,
    total,
    loading,
    loaded,
    problem,
    hasMore: computed(() => nextCursor.value !== null),
    reload: () => load(null),
    loadMore: () => load(nextCursor.value),
    clear,
  }
}

export type PagedList<T> = ReturnType<typeof usePagedList<T>>
