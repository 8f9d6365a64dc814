/**
 * `npm run dev:mock`: answers /api/v1 with invented data, so that pages can be built without a server.
 * Handlers come from mock/areas/*.ts and src/features/<area>/mock.ts; nothing here reaches a build.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { IncomingMessage } from 'node:http'
import type { Plugin, ViteDevServer } from 'vite'

export interface MockRequest {
  /** Values of the `:name` parts of the pattern. */
  params: Record<string, string>
  query: URLSearchParams
  body: any
}
export interface MockAnswer {
  status: number
  body?: unknown
  contentType?: string
}
export type MockHandler = (request: MockRequest) => unknown
/** Key: `GET /casefiles/:id`. A returned value is answered with 200; `answer(...)` and `problem(...)` set the status. */
export type MockHandlers = Record<string, MockHandler>

class Answer implements MockAnswer {
  constructor(
    readonly status: number,
    readonly body?: unknown,
    readonly contentType = 'application/json',
  ) {}
}
export const answer = (status: number, body?: unknown, contentType?: string): MockAnswer => new Answer(status, body, contentType)
export const problem = (status: number, code: string, title: string, detail: string, more: object = {}): MockAnswer =>
  new Answer(status, { type: 'about:blank', title, status, code, detail, ...more }, 'application/problem+json')

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts)
  if (!(request.headers['content-type'] ?? '').includes('json')) return text
  return text.length ? JSON.parse(text.toString('utf8')) : {}
}

async function loadHandlers(server: ViteDevServer): Promise<MockHandlers> {
  const own = join(server.config.root, 'mock/areas')
  const areas = join(server.config.root, 'src/features')
  const files = [
    ...readdirSync(own).filter((name) => name.endsWith('.ts')).map((name) => `/mock/areas/${name}`),
    ...readdirSync(areas).filter((name) => existsSync(join(areas, name, 'mock.ts'))).map((name) => `/src/features/${name}/mock.ts`),
  ]
  const loaded = await Promise.all(files.map((file) => server.ssrLoadModule(file)))
  return Object.assign({}, ...loaded.map((module) => module.handlers ?? {}))
}

function find(handlers: MockHandlers, method: string, path: string): [MockHandler, Record<string, string>] | null {
  const wanted = path.split('/')
  const matches = Object.keys(handlers).flatMap((key) => {
    const [keyMethod, pattern] = key.split(' ') as [string, string]
    const parts = pattern.split('/')
    if (keyMethod !== method || parts.length !== wanted.length) return []
    if (!parts.every((part, index) => part.startsWith(':') || part === wanted[index])) return []
    const params = Object.fromEntries(
      parts.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), decodeURIComponent(wanted[index]!)]] : [])),
    )
    return [{ handler: handlers[key]!, params, fixed: parts.filter((part) => !part.startsWith(':')).length }]
  })
  const best = matches.sort((left, right) => right.fixed - left.fixed)[0]
  return best ? [best.handler, best.params] : null
}

export function mockServer(): Plugin {
  return {
    name: 'shouwang-mock',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://mock')
        if (!url.pathname.startsWith('/api/v1')) return next()
        const handlers = await loadHandlers(server)
        const found = find(handlers, request.method ?? 'GET', url.pathname.slice('/api/v1'.length))
        let result: unknown
        if (!found) result = problem(404, 'not_found', '没有找到', `模拟数据里没有 ${request.method} ${url.pathname}。`)
        else {
          try {
            result = await found[0]({ params: found[1], query: url.searchParams, body: await readBody(request) })
          } catch (error) {
            console.error(error)
            result = problem(500, 'internal', '模拟服务出错', String(error))
          }
        }
        const isAnswer = typeof result === 'object' && result !== null && result.constructor.name === 'Answer'
        const { status, body, contentType } = isAnswer ? (result as Required<MockAnswer>) : { status: 200, body: result, contentType: 'application/json' }
        response.statusCode = status
        response.setHeader('Content-Type', contentType)
        response.end(body === undefined ? undefined : contentType.includes('json') ? JSON.stringify(body) : String(body))
      })
    },
  }
}
