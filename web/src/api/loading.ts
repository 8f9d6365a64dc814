import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { api, type Query } from './client'
import { asProblem, type Problem } from './problem'
import type { Page } from './types'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  problem: Ref<Problem | null>
  busy: Ref<boolean>
  /** Loads anew; what was shown stays on screen until the answer is there, so nothing jumps. */
  load: () => Promise<void>
}

/** One thing from the server, with its three states. Only the latest of several overlapping loads counts. */
export function useLoaded<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  let turn = 0

  async function load() {
    const mine = ++turn
    busy.value = true
    try {
      const answer = await ask()
      if (mine !== turn) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { data, problem, busy, load }
}

/** A list paged by cursor: the first page, then more on request. */
export function usePaged<T>(path: string, query: () => Query, limit = 30) {
  const items = shallowRef<T[]>([])
  const total = ref(0)
  const next = ref<string | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  const loaded = ref(false)
  let turn = 0

  async function fetchPage(cursor: string | null) {
    const mine = ++turn
    busy.value = true
    try {
      const page = await api.get<Page<T>>(path, { ...query(), limit, cursor })
      if (mine !== turn) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      total.value = page.total
      next.value = page.next_cursor
      problem.value = null
      loaded.value = true
    } catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { items, total, next, problem, busy, loaded, load: () => fetchPage(null), loadMore: () => fetchPage(next.value) }
}
