import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from './problem'

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
