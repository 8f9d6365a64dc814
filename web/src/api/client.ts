/**
 * The one place that talks to the server. Pages call `api.get<Type>('/path')`; everything that must hold for every
 * request (base path, CSRF header, problem+json, end of session) lives here.
 */
import createClient from 'openapi-fetch'
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

/** A link to something the browser fetches by itself: `/exports/national.xlsx` + `{division}`. */
export function address(path: string, query?: Query): string {
  const parameters = new URLSearchParams(Object.entries(given(query)).map(([name, value]) => [name, String(value)]))
  const text = parameters.toString()
  return base + path + (text ? `?${text}` : '')
}

/** Filters not chosen are not sent. */
const given = (query: Query = {}): Query =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== ''))

/**
 * The transport. Its paths are open: `api` below takes any path and the caller names the answer's type. Given the
 * generated `paths` (which carry the base path, so `baseUrl` goes), it checks path, query and body as well.
 */
export const client = createClient<Record<string, never>>({
  baseUrl: base,
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
  fetch: (request) => globalThis.fetch(request),
})
client.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-Shouwang-Csrf', '1')
    return request
  },
})

type Method = 'get' | 'post' | 'delete'
interface Answer {
  data?: unknown
  error?: unknown
  response: Response
}
type LooseRequest = (method: Method, path: string, init: { params?: { query?: Query }; body?: unknown; signal?: AbortSignal }) => Promise<Answer>

async function send<T>(method: Method, path: string, query: Query | undefined, body: unknown, options: Options = {}): Promise<T> {
  let answer: Answer
  try {
    answer = await (client.request as unknown as LooseRequest)(method, path, { params: { query: given(query) }, body, signal: options.signal })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw networkProblem()
  }
  const { data, error, response } = answer
  if (response.ok) return data as T
  if (response.status === 401 && !options.keepSignedOutQuiet) signedOut()
  throw problemFrom(response.status, error)
}

/** Takes a workbook along: posted, because filters may hold a name. Answers how many rows it has. */
async function take(path: string, body: unknown, fileName: string): Promise<number> {
  let response: Response
  try {
    response = await globalThis.fetch(base + path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-Shouwang-Csrf': '1' },
      body: JSON.stringify(body),
    })
  } catch {
    throw networkProblem()
  }
  if (!response.ok) {
    if (response.status === 401) signedOut()
    throw problemFrom(response.status, await response.json().catch(() => undefined))
  }
  const file = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = file
  link.download = fileName
  link.click()
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(file), 60_000)
  return Number(response.headers.get('x-shouwang-rows') ?? 0)
}

export const api = {
  get: <T>(path: string, query?: Query, options?: Options) => send<T>('get', path, query, undefined, options),
  post: <T = void>(path: string, body?: unknown, options?: Options) => send<T>('post', path, undefined, body ?? {}, options),
  /** Multipart, for files. */
  upload: <T>(path: string, form: FormData, options?: Options) => send<T>('post', path, undefined, form, options),
  take,
  delete: <T = void>(path: string, options?: Options) => send<T>('delete', path, undefined, undefined, options),
}
