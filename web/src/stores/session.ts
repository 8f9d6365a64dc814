import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Me } from '@/api/types'
import { forgetDrafts } from './draft'

/** Who is signed in, what they may do, and which day it is for the server. */
export const useSessionStore = defineStore('session', () => {
  const me = ref<Me | null>(null)
  let loaded = false

  const operations = computed(() => new Set(me.value?.operations ?? []))
  const today = computed(() => me.value?.today ?? '')

  async function ensureLoaded() {
    if (loaded) return
    await reload()
  }

  async function reload() {
    try {
      me.value = await api.get<Me>('/session', undefined, { keepSignedOutQuiet: true })
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      me.value = null
    }
    loaded = true
  }

  async function signIn(body: { login_name: string; password: string; totp_code?: string }) {
    me.value = await api.post<Me>('/session', body, { keepSignedOutQuiet: true })
    loaded = true
  }

  async function signOut() {
    await api.delete('/session')
    forgetDrafts()
    forget()
  }

  function forget() {
    me.value = null
    loaded = true
  }

  const can = (operation: string) => operations.value.has(operation)
  const canAny = (wanted: string[]) => wanted.length === 0 || wanted.some(can)

  return { me, operations, today, ensureLoaded, reload, signIn, signOut, forget, can, canAny }
})
