import { defineStore } from 'pinia'
import { api } from '@/api/client'
import type { Clause } from '@/api/types'

/** The words of clauses, fetched once each: they do not change while a pack is in force. */
export const useClauseStore = defineStore('clauses', () => {
  const asked = new Map<string, Promise<Clause>>()

  function load(id: string): Promise<Clause> {
    let answer = asked.get(id)
    if (!answer) {
      answer = api.get<Clause>(`/policy/clauses/${encodeURIComponent(id)}`)
      answer.catch(() => asked.delete(id))
      asked.set(id, answer)
    }
    return answer
  }

  return { load }
})
