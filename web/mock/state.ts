/** What the mock remembers while it runs. Kept on globalThis, because the dev server loads modules anew on change. */
export interface MockState {
  login: string | null
  today: string
  records: Record<string, any>
}

const holder = globalThis as unknown as { shouwangMock?: MockState }
export const state: MockState = (holder.shouwangMock ??= { login: 'village', today: '2022-05-18', records: {} })

/** A record made once and then kept and changed by the handlers. */
export function kept<T>(key: string, make: () => T): T {
  return (state.records[key] ??= make()) as T
}
