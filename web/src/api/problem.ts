import type { ProblemBody, Refusal } from './types'

/** Any answer of the server that is not a success, as `application/problem+json` describes it. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly nextStep?: string
  readonly clause?: string
  readonly refusals: Refusal[]
  readonly fieldErrors: Record<string, string>
  readonly currentVersion?: number

  constructor(body: ProblemBody) {
    super(body.detail || body.title)
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code
    // 409 also says that the thing itself stands in the way; nobody changed anything then.
    this.title = body.code === 'conflict' ? '没有办成' : body.title
    this.detail = body.detail
    this.nextStep = body.next_step ?? undefined
    this.clause = body.clause ?? undefined
    this.refusals = body.refusals ?? []
    this.fieldErrors = Object.fromEntries((body.errors ?? []).map((error) => [error.field, error.message]))
    this.currentVersion = body.current_version ?? undefined
  }

  /** Someone else saved first; the form is kept and the newer state is loaded. */
  get isStale() {
    return this.status === 409 && this.code === 'stale_version'
  }

  /** A statutory guard said no; `refusals` says which and why. */
  get isRefused() {
    return this.status === 422 && this.refusals.length > 0
  }
}

const words: Record<number, [title: string, detail: string, next: string]> = {
  401: ['请重新登录', '登录已失效。', '请重新登录，已填写的内容仍保留在本机。'],
  403: ['没有权限', '您的岗位不能办理这项操作。', '如确需办理，请联系本级系统管理员。'],
  404: ['没有找到', '这条记录不存在，或不在您的管辖范围内。', '请返回列表核对。'],
  409: ['已被他人更新', '在您填写期间，别人先保存了新的内容。', '请核对最新内容后再次提交。'],
  413: ['文件太大', '上传的文件超过了允许的大小。', '请压缩后重新上传。'],
  429: ['操作太频繁', '短时间内请求过多。', '请稍等片刻再试。'],
  500: ['系统出错了', '服务器没能完成这次操作，您填写的内容没有丢失。', '请稍后再试；仍不行请联系系统管理员。'],
}

/** Builds a Problem from whatever came back: a proper body, a half one, or none. */
export function problemFrom(status: number, body: unknown): Problem {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemBody>
  const [title, detail, next] = words[status] ?? (status >= 500 ? words[500]! : ['没有办成', '这次操作没有成功。', ''])
  return new Problem({
    ...given,
    type: given.type ?? 'about:blank',
    title: given.title ?? title,
    status,
    code: given.code ?? `http_${status}`,
    detail: given.detail ?? detail,
    next_step: given.next_step ?? (next || undefined),
  })
}

/** The network itself failed: nothing reached the server, or no answer came. */
export function networkProblem(): Problem {
  return new Problem({
    type: 'about:blank',
    title: '连接不上服务器',
    status: 0,
    code: 'network',
    detail: '没有收到服务器的答复，这次操作可能没有保存。',
    next_step: '请检查网络后重试，已填写的内容仍保留在本页。',
  })
}

/** Anything thrown, as a Problem the page can show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  console.error(error)
  return problemFrom(500, undefined)
}
