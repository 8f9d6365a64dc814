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
  comparison_items: [],
  steps: [],
  asks: [],
  notice_rule: '',
  code_lists: {},
}

/**
 * The words and choices of a policy pack; the console holds none of its own. A page says whose: the pack in force today,
 * the one in force on the day of a lead, or the one a casefile keeps.
 */
export const useVocabularyStore = defineStore('vocabulary', () => {
  const words = shallowRef<Vocabulary>(nothing)
  const answers = new Map<string, Promise<Vocabulary>>()
  let wanted = ''

  async function ensureLoaded(whose: { on?: string | null; pack?: string } = {}): Promise<void> {
    const key = `${whose.pack ?? ''}@${whose.on ?? ''}`
    wanted = key
    let answer = answers.get(key)
    if (!answer) {
      answer = api.get<Vocabulary>('/policy/vocabulary', { ...whose })
      answers.set(key, answer)
      answer.catch(() => answers.delete(key))
    }
    const loaded = await answer
    // The page asked for another pack meanwhile: that one is shown.
    if (wanted === key) words.value = { ...nothing, ...loaded }
  }

  return { words, ensureLoaded }
})

/** The label of a code; the code itself where the list does not know it. */
export const labelOf = (list: Coded[], code: string | null | undefined) =>
  list.find((one) => one.code === code)?.label ?? code ?? '—'
