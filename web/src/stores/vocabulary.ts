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
  code_lists: {},
}

/** The words and choices of the policy pack in force; the console holds none of its own. */
export const useVocabularyStore = defineStore('vocabulary', () => {
  const words = shallowRef<Vocabulary>(nothing)
  let asked: Promise<void> | null = null

  function ensureLoaded(): Promise<void> {
    asked ??= api.get<Vocabulary>('/policy/vocabulary').then(
      (answer) => {
        words.value = { ...nothing, ...answer }
      },
      (error) => {
        asked = null
        throw error
      },
    )
    return asked
  }

  return { words, ensureLoaded }
})

/** The label of a code; the code itself where the list does not know it. */
export const labelOf = (list: Coded[], code: string | null | undefined) =>
  list.find((one) => one.code === code)?.label ?? code ?? '—'
