/** 常用筛选 of a list page: the own filters under a name, kept on the server for this account. */
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import type { components } from '@/api/schema'

export type SavedView = components['schemas']['SavedViewView']
export type ListPage = components['schemas']['ListPage']
export type ViewQuery = Record<string, string>
type Filters = Record<string, string | null | undefined>

/** Filters that say something. An empty text counts: it says "all" where the page has a choice of its own. */
const given = (filters: Filters): ViewQuery =>
  Object.fromEntries(Object.entries(filters).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))

export const sameFilters = (left: ViewQuery, right: ViewQuery) =>
  Object.keys({ ...left, ...right }).every((name) => (left[name] ?? '') === (right[name] ?? ''))

/** `read` tells the filters as they are, `apply` puts others in their place and loads the list. */
export function useSavedViews(page: ListPage, read: () => Filters, apply: (query: ViewQuery) => unknown) {
  const views = shallowRef<SavedView[]>([])
  /** The view last chosen here, also after its filters were changed. */
  const chosenId = ref<string | null>(null)
  const now = computed(() => given(read()))
  const same = computed(() => views.value.find((view) => sameFilters(view.query, now.value)) ?? null)
  const chosen = computed(() => same.value ?? views.value.find((view) => view.id === chosenId.value) ?? null)

  async function load() {
    const all = await api.get<SavedView[]>('/saved-views')
    views.value = all.filter((view) => view.page === page)
  }

  /** At first: a page asked for without filters opens with the view that opens first. */
  async function open(asked: boolean) {
    // Without its views a page works all the same.
    await load().catch(() => undefined)
    const first = views.value.find((view) => view.opens_first)
    if (!asked && first) await choose(first)
  }

  async function choose(view: SavedView) {
    chosenId.value = view.id
    await apply(view.query)
  }

  async function save(name: string, opensFirst: boolean) {
    const saved = await api.post<SavedView>('/saved-views', { page, name, query: now.value, opens_first: opensFirst })
    chosenId.value = saved.id
    await load()
  }

  async function change(view: SavedView, name: string, opensFirst: boolean, takeFilters: boolean) {
    await api.post(`/saved-views/${view.id}`, { name, opens_first: opensFirst, query: takeFilters ? now.value : undefined })
    await load()
  }

  async function remove(view: SavedView) {
    await api.delete(`/saved-views/${view.id}`)
    await load()
  }

  return { page, views, now, same, chosen, open, choose, save, change, remove }
}

export type SavedViews = ReturnType<typeof useSavedViews>
