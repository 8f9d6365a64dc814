import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { api } from '@/api/client'
import type { Coded, Vocabulary } from '@/api/types'

const nothing: Vocabulary = {
  pack_id: '',
  channels: [],
  discovery_modes: [],
  declaration_means: [],
  lead_outcomes: [],
  categories: [],
  dimensions: [],
  difficulty_areas: [],
  risk_types: [],
  lawful_ends: [],
  refusal_grounds: [],
  forbidden_grounds: [],
  grid_staff: [],
  entry_paths: [],
  causes: [],
  conveners: [],
  asks: [],
  code_lists: {},
}

/**
 * The words and choices of the policy pack in force; the console holds none of its own. A page about a procedure under
 * way asks for the words of the pack that procedure began with, and lets go of them when it is left.
 */
export const useVocabularyStore = defineStore('vocabulary', () => {
  const words = shallowRef<Vocabulary>(nothing)
  const asked = new Map<string, Promise<Vocabulary>>()

  function fetched(pack: string): Promise<Vocabulary> {
    const known = asked.get(pack)
    if (known) return known
    const answer = api.get<Vocabulary>('/policy/vocabulary', pack ? { pack } : {}).then(
      (found) => ({ ...nothing, ...found }),
      (error) => {
        asked.delete(pack)
        throw error
      },
    )
    asked.set(pack, answer)
    return answer
  }
  async function ensureLoaded(pack = ''): Promise<void> {
    words.value = await fetched(pack)
  }

  return { words, ensureLoaded }
})

/** The label of a code; the code itself where the list does not know it. */
export const labelOf = (list: Coded[], code: string | null | undefined) =>
  list.find((one) => one.code === code)?.label ?? code ?? '—'
