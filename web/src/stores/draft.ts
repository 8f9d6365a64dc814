import { getCurrentScope, onScopeDispose, reactive, ref, toRaw, watch } from 'vue'
import { useSessionStore } from './session'

const prefix = 'shouwang.draft.'

/** Where a person's unsaved work on one form is kept; another account on the same machine never sees it. */
export const draftKey = (accountId: string, form: string) => `${prefix}${accountId}.${form}`

function read<T extends object>(key: string): Partial<T> | null {
  try {
    const text = sessionStorage.getItem(key)
    return text ? (JSON.parse(text) as Partial<T>) : null
  } catch {
    return null
  }
}

/**
 * Form contents that survive a reload, a lost session and a 409; they end with the browser tab or with `clear`.
 * Fields the form has gained since are filled from `initial`.
 */
export function useDraft<T extends object>(form: string, initial: () => T) {
  const key = draftKey(useSessionStore().me?.account.id ?? 'nobody', form)
  const found = read<T>(key)
  const body = reactive({ ...initial(), ...found }) as T
  const restored = ref(found !== null)

  const keep = () => sessionStorage.setItem(key, JSON.stringify(toRaw(body)))
  const start = () => watch(body, keep, { deep: true, flush: 'post' })
  let stop = start()
  let open = true
  if (getCurrentScope()) {
    onScopeDispose(() => {
      open = false
      stop()
    })
  }

  /** After the work is saved, or when the person starts afresh: the form is as new and nothing stays behind. */
  function clear() {
    stop()
    Object.assign(body, initial())
    sessionStorage.removeItem(key)
    restored.value = false
    if (open) stop = start()
  }

  return { body, restored, clear }
}

/** On signing out nothing of the person's unsaved work stays on the machine. */
export function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key)
}
