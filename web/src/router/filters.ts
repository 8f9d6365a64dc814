import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * List filters that live in the address, so that a list can be bookmarked and the back button returns to it.
 * Only codes and dates belong here, never names, numbers or free text.
 */
export function useFilters<Name extends string>(names: readonly Name[], defaults: Partial<Record<Name, string>> = {}) {
  const route = useRoute()
  const router = useRouter()
  const filters = {} as Record<Name, WritableComputedRef<string | undefined>>
  for (const name of names) {
    filters[name] = computed({
      get: () => {
        const value = route.query[name]
        return typeof value === 'string' ? value || undefined : defaults[name]
      },
      set: (value) => {
        // An emptied filter that has a default must stay in the address as empty, or the default would come back.
        const kept = value ? value : defaults[name] ? '' : undefined
        void router.replace({ query: { ...route.query, [name]: kept } })
      },
    })
  }
  const values = computed(() => Object.fromEntries(names.map((name) => [name, filters[name].value])) as Record<Name, string | undefined>)
  /** The filters as they are, an emptied one that has a default as empty. */
  const chosen = () => Object.fromEntries(names.map((name) => [name, filters[name].value ?? (name in defaults ? '' : undefined)]))
  /** Other filters in place of all these; what is not said is open, not its default. */
  const choose = (query: Record<string, string>) => {
    const kept = names.map((name) => [name, query[name] || (name in defaults ? '' : undefined)] as const)
    return router.replace({ query: Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as Record<string, string> })
  }
  /** Whether the page was asked for with filters. */
  const asked = () => names.some((name) => route.query[name] !== undefined)
  return { filters, values, chosen, choose, asked }
}
