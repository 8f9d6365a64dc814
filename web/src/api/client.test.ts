import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, onSignedOut } from './client'
import { asProblem, Problem } from './problem'

function answerWith(status: number, body?: unknown, type = 'application/problem+json') {
  const fetched = vi.fn(async (_request: Request) =>
    new Response(body === undefined ? null : JSON.stringify(body), { status, headers: body === undefined ? {} : { 'Content-Type': type } }),
  )
  vi.stubGlobal('fetch', fetched)
  return fetched
}
const caught = (work: Promise<unknown>) => work.then(() => null, (error: unknown) => error as Problem)

afterEach(() => vi.unstubAllGlobals())

describe('requests', () => {
  it('leave out empty query values', async () => {
    const fetched = answerWith(200, {}, 'application/json')
    await api.get('/leads', { status: 'open', division: undefined, channel: '', limit: 30 })
    expect(fetched.mock.calls[0]![0].url).toMatch(/\/api\/v1\/leads\?status=open&limit=30$/)
  })
  it('send files as multipart, everything else as JSON', async () => {
    const fetched = answerWith(200, {}, 'application/json')
    const form = new FormData()
    form.append('code', 'notice_photo')
    await api.upload('/attachments', form)
    await api.post('/leads', { channel: 'hotline' })
    const types = fetched.mock.calls.map(([request]) => request.headers.get('Content-Type') ?? '')
    expect(types[0]).toMatch(/^multipart\/form-data/)
    expect(types[1]).toBe('application/json')
    expect(await fetched.mock.calls[1]![0].json()).toEqual({ channel: 'hotline' })
  })
  it('carry the CSRF header unless they only read', async () => {
    const fetched = answerWith(200, {}, 'application/json')
    await api.get('/session')
    await api.post('/session', {})
    const headers = fetched.mock.calls.map(([request]) => request.headers.get('X-Shouwang-Csrf'))
    expect(headers).toEqual([null, '1'])
  })
  it('understand an answer without content', async () => {
    answerWith(204)
    expect(await api.delete('/session')).toBeUndefined()
  })
})

describe('problems', () => {
  it('of the law keep every refusal with clause and earliest day', async () => {
    const refusals = [{ guard: 'notice_stood', message: '公示还没有满 5 天。', clause: 'HN22-054', earliest_on: '2022-05-07' }]
    answerWith(422, { type: 'about:blank', title: '现在还不能办', status: 422, code: 'refused', detail: '条件还不具备。', refusals })
    const problem = await caught(api.post('/casefiles/1/actions', {}))
    expect(problem).toBeInstanceOf(Problem)
    expect(problem?.isRefused).toBe(true)
    expect(problem?.refusals).toEqual(refusals)
  })
  it('of a stale version are told apart and carry the current version', async () => {
    answerWith(409, { title: '已被他人更新', status: 409, code: 'stale_version', detail: '别人先保存了。', current_version: 7 })
    const problem = await caught(api.post('/casefiles/1/actions', {}))
    expect([problem?.isStale, problem?.currentVersion]).toEqual([true, 7])
  })
  it('of fields are found by field', async () => {
    answerWith(422, { title: '不符合要求', status: 422, code: 'invalid', detail: '请修改。', errors: [{ field: 'new', message: '太短。' }] })
    const problem = await caught(api.post('/session/password', {}))
    expect([problem?.isRefused, problem?.fieldErrors.new]).toEqual([false, '太短。'])
  })
  it('without a proper body still say what to do', async () => {
    answerWith(502)
    const problem = await caught(api.get('/workbench'))
    expect(problem?.detail).toContain('没有丢失')
  })
  it('of the network say that nothing may have been saved', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('failed'))))
    const problem = await caught(api.post('/leads', {}))
    expect([problem?.code, problem?.detail]).toEqual(['network', expect.stringContaining('可能没有保存')])
  })
  it('from anywhere else become a server problem', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    expect(asProblem(new Error('x')).status).toBe(500)
  })
})

describe('end of session', () => {
  it('is announced once per 401, except where the caller answers it', async () => {
    const gone = vi.fn()
    onSignedOut(gone)
    answerWith(401, { title: '请登录', status: 401, code: 'not_signed_in', detail: '' })
    await caught(api.get('/session', undefined, { keepSignedOutQuiet: true }))
    expect(gone).not.toHaveBeenCalled()
    await caught(api.get('/workbench'))
    expect(gone).toHaveBeenCalledOnce()
  })
})
