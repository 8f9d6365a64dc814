/**
 * The one place that talks to the server. Pages call `api.get<Type>('/path')`; everything that must hold for every
 * request (base path, CSRF header, problem+json, end of session) lives here.
 */
import { networkProblem, problemFrom } from './problem'

const base = '/api/v1'

export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  /** A 401 is answered by the caller and does not send the person to the sign-in page. */
  keepSignedOutQuiet?: boolean
  signal?: AbortSignal
}

let signedOut: () => void = () => undefined
/** Called once by the router: what happens when the session has ended. */
export function onSignedOut(handler: () => void) {
  signedOut = handler
}

/** `/leads` + `{status: 'open', cursor: undefined}` → `/api/v1/leads?status=open`. */
export function address(path: string, query?: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return base + path + (text ? `?${text}` : '')
}

async function send<T>(method: string, url: string, body?: unknown, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-Shouwang-Csrf'] = '1'
  let payload: BodyInit | undefined
  if (body instanceof FormData) payload = body
  else if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    payload = JSON.stringify(body)
  }

  let response: Response
  try {
    response = await fetch(url, { method, headers, body: payload, credentials: 'same-origin', signal: options.signal })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw networkProblem()
  }

  const isJson = (response.headers.get('Content-Type') ?? '').includes('json')
  const content: unknown = isJson ? await response.json().catch(() => undefined) : undefined
  if (response.ok) return content as T
  if (response.status === 401 && !options.keepSignedOutQuiet) signedOut()
  throw problemFrom(response.status, content)
}

export const api = {
  get: <T>(path: string, query?: Query, options?: Options) => send<T>('GET', address(path, query), undefined, options),
  post: <T = void>(path: string, body?: unknown, options?: Options) => send<T>('POST', address(path), body ?? {}, options),
  /** Multipart, for files. */
  upload: <T>(path: string, form: FormData, options?: Options) => send<T>('POST', address(path), form, options),
  delete: <T = void>(path: string, options?: Options) => send<T>('DELETE', address(path), undefined, options),
}
